"""All tables at once, for whoever compares or empties them."""

from sqlalchemy import MetaData

from storage.tables import accounts, messages, office, petitions, sending, talks  # noqa: F401 -- each adds its tables
from storage.tables.schema import metadata


def whole_schema() -> MetaData:
    """Return the schema with every table in it."""
    return metadata
