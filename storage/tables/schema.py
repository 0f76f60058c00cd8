"""What all tables are made with: names of keys and indexes, and the columns that come again and again."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Text, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit number; on SQLite it must be called INTEGER to be given out by the database."""


def words(name: str) -> Column[str]:
    """Return a column of text, '' where nothing is written."""
    return Column(name, Text, nullable=False, server_default="")


def count(name: str) -> Column[int]:
    """Return a column that counts from 0."""
    return Column(name, Integer, nullable=False, server_default="0")


def partial(name: str, *columns: Column[object] | str, where: str) -> Index:
    """Return an index of the rows `where` holds for."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))
