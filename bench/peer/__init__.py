"""What we measure ourselves against: a stock Django project that issues and checks tokens with SimpleJWT."""
