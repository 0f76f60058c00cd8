"""The shape of a conversation: what a turn gives.

A turn is a pure function `(session, message, now, catalogue, facts) → Turn | Lookup`. When it needs to know something
that only the database knows, it returns a `Lookup` instead of a `Turn`; the caller finds the facts and calls again with
them. What it wants done to petitions it returns as intents; the caller does them in the same transaction and adds the
values they yield (`number`, `code`, …) to the reply.
"""

from bot.messages import Reply
from bot.values import frozen
from dialogs.intents import Intent


@frozen
class Turn:
    """What a turn gives: at most one reply, the session after it (as JSON), and what is to be done."""

    reply: Reply | None
    session: str
    intents: tuple[Intent, ...] = ()
    drafting: bool = False
    """Whether a draft is left lying after it: under way, put away, or made of this mention."""
