"""A Django project whose API takes access tokens of Latchkey. It issues none and knows no password."""
