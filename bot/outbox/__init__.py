"""The outbox: every message that is not a passive answer leaves through here, and its record is the truth."""
