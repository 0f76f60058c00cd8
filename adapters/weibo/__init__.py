"""Sina Weibo (微博): private messages, @mentions and public comments of one verified account."""
