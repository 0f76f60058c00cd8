"""The tables, as SQLAlchemy Core sees them; the migrations make the same ones, and a test holds the two equal.

Every index on work still to do is partial (`WHERE state = 'pending'`, `WHERE next_at IS NOT NULL`): what looking for
work costs must not grow with what is done. Statements name those conditions literally, or neither database would use
the index.
"""
