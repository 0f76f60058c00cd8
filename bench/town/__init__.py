"""A town that lives through a month with the real gateway: its people, its office, and a ledger of what it was told."""
