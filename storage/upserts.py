"""`INSERT … ON CONFLICT DO UPDATE`, which SQLite and PostgreSQL write alike but Core has only per database."""

from collections.abc import Iterable

from sqlalchemy import Table, TextClause, bindparam, text


def upsert(
    table: Table,
    columns: Iterable[str],
    *,
    keys: Iterable[str],
    update: Iterable[str] = (),
    then: str = "",
) -> TextClause:
    """Return a statement over named parameters, one a column, typed as the column is.

    On a conflict in `keys` the columns `update` are replaced; with none of them nothing happens. `then` is appended.
    """
    names, updated = tuple(columns), tuple(update)
    action = "UPDATE SET " + ", ".join(f'"{name}" = excluded."{name}"' for name in updated) if updated else "NOTHING"
    sql = (
        f"INSERT INTO {table.name} ({', '.join(_quoted(names))}) "  # noqa: S608 -- names of our own tables
        f"VALUES ({', '.join(f':{name}' for name in names)}) "
        f"ON CONFLICT ({', '.join(_quoted(keys))}) DO {action} {then}"
    )
    return text(sql).bindparams(*(bindparam(name, type_=table.c[name].type) for name in names))


def _quoted(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]
