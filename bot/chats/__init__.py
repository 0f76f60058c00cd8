"""Chats with a person of the staff: what staff and the clock do to them, and news of them for open pages."""
