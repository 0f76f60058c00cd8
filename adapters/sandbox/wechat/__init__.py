"""A WeChat that behaves like the real one, unpleasant parts included."""
