"""For Django: `authentication` for Django REST framework with SimpleJWT, `middleware` for views without them."""
