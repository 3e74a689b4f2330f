"""Whether a stock Django project takes our access tokens, and refuses what it must refuse."""
