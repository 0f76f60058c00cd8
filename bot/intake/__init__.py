"""Intake: every message becomes durable together with what it causes, before anybody is answered."""
