"""Conversations with citizens: pure turns, no I/O."""
