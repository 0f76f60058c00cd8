"""Conditions on the state of a message, literal: neither database uses a partial index for a bound one."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, literal_column

from bot.petitions.outbox_ports import OutboxState
from storage.tables.sending import outbox

UNFINISHED = (OutboxState.PENDING, OutboxState.SENDING)
TROUBLED = (OutboxState.DEAD, OutboxState.UNKNOWN, OutboxState.WAITING)


def is_in(state: OutboxState) -> ColumnElement[bool]:
    """Tell whether a message stands so."""
    return outbox.c.state == literal_column(f"'{state.value}'")


def among(column: ColumnElement[str], states: Sequence[OutboxState]) -> ColumnElement[bool]:
    """Tell whether a state is one of these."""
    return column.in_([literal_column(f"'{state.value}'") for state in states])
