"""Conditions on where petitions stand, for statements of other topics."""

from sqlalchemy import ColumnElement, exists

from bot.petitions.vocabulary import State
from storage.tables.petitions import petitions

_OPEN = tuple(state.value for state in State if not state.ended)


def has_open_petition(citizen: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that this citizen filed a petition that has not ended."""
    return exists().where(petitions.c.citizen == citizen, petitions.c.state.in_(_OPEN))
