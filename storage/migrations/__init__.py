"""The Alembic scripts, read by `storage.migrate`; a script that was released is never changed."""
