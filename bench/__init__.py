"""Measurements of what a turn and a sweep cost; scripts, never shipped."""
