"""A WeChat that behaves like the real one, for development, demonstration and tests."""
