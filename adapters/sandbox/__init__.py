"""A platform to practise on: fake platforms that behave like the fact sheets, and a phone to write from."""
