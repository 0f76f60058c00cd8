"""One turn: what a message makes of a citizen's row, and the words that go back. No I/O; the committer does that.

The engine's session, the send window the message opens and whether the citizen follows all live in one row, so that a
turn is one read and one write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from adapters.platform import Platform, Subscription
from bot.intake.pace import Pace
from bot.messages import Channel, Inbound, InboundKind, MediaKind, Outbound, Reply
from bot.petitions.attachment_ports import Attachment
from bot.petitions.turn_ports import CitizenRow
from bot.phrasing import Phrasing
from bot.values import frozen
from dialogs.engine import Engine
from dialogs.intents import File, Intent, Supplement
from dialogs.lookups import Facts, Lookup
from dialogs.session_json import with_rest

_SILENT = frozenset({InboundKind.REPORT, InboundKind.CONSENT, InboundKind.IGNORED, InboundKind.UNKNOWN})
"""Nothing a citizen said: kept, not talked to."""
_SAID = frozenset(
    {
        InboundKind.TEXT,
        InboundKind.IMAGE,
        InboundKind.VOICE,
        InboundKind.VIDEO,
        InboundKind.LOCATION,
        InboundKind.LINK,
        InboundKind.MENU,
    }
)
"""What somebody may send too fast."""


@frozen
class Turned:
    """The citizen after the turn, what the dialog says, and what it wants done."""

    row: CitizenRow
    reply: Reply | None
    intents: tuple[Intent, ...]


class Turner:
    """Makes turns for every account; `look_after` is how soon time can do anything to a draft that begins."""

    def __init__(
        self,
        *,
        engine: Engine,
        phrasing: Phrasing,
        platforms: Mapping[tuple[Channel, str], Platform],
        look_after: timedelta = timedelta(days=1),
        pace: Pace | None = None,
    ) -> None:
        self._engine = engine
        self._pace = pace or Pace()
        self._look_after = look_after
        self._phrasing = phrasing
        self._platforms = platforms

    def turn(
        self,
        row: CitizenRow,
        inbound: Inbound,
        *,
        now: datetime,
        facts: tuple[Facts, ...] = (),
        hurried: bool = False,
    ) -> Turned | Lookup:
        """Make the turn, or say what must be looked up first; raises whatever the dialog raises.

        Who is `hurried` is told to wait, unless the message speaks of a danger; what was said is stored all the same.
        """
        if inbound.kind in _SILENT:
            return Turned(row=row, reply=None, intents=())
        if hurried and inbound.kind in _SAID and not self._engine.urgent(inbound):
            return self._told(row, inbound, Reply(phrase="limits.fast"), now)
        turn = self._engine.turn(row.session, inbound, now=now, seen=row.last_seen, facts=facts)
        if isinstance(turn, Lookup):
            return turn
        if turn.intents and isinstance(turn.intents[0], File) and not self._pace.may_file(row.key, inbound.key, now):
            return self._told(row, inbound, Reply(phrase="limits.filings", values={"count": self._pace.a_day}), now)
        after = self._seen(row, inbound, turn.session, now)
        if turn.drafting and after.draft_at is None:
            after = replace(after, draft_at=now + self._look_after)
        return Turned(row=after, reply=turn.reply, intents=turn.intents)

    def _told(self, row: CitizenRow, inbound: Inbound, reply: Reply, now: datetime) -> Turned:
        """Leave everything as it is, and say why."""
        return Turned(row=self._seen(row, inbound, row.session, now), reply=reply, intents=())

    def words(self, turned: Turned, inbound: Inbound, values: Mapping[str, Any]) -> tuple[CitizenRow, str, Outbound]:
        """Return the row, the text for the passive answer ('' for none), and the same without markup.

        What does not fit is left in the session, for 更多.
        """
        if turned.reply is None:
            return turned.row, "", Outbound(text="")
        reply = replace(turned.reply, values={**turned.reply.values, **values}) if values else turned.reply
        outbound = self._phrasing.render(reply)
        if inbound.kind is InboundKind.MENTION:
            return turned.row, "", outbound  # a passive answer would use up the one private message it permits
        text, rest = self._platform(inbound).pages(outbound)
        row = replace(turned.row, session=with_rest(turned.row.session, rest)) if rest else turned.row
        return row, text, outbound

    def without_markup(self, text: str, inbound: Inbound) -> str:
        """Return the words of a stored reply, to be sent another way."""
        return self._platform(inbound).words(text)

    def text(self, reply: Reply) -> str:
        """Return the plain words of a reply that is not the answer to this message."""
        return plain(self._phrasing.render(reply))

    def say(self, phrase: str, inbound: Inbound) -> tuple[str, Outbound]:
        """Return a phrase without values, as `words` does."""
        outbound = self._phrasing.render(Reply(phrase=phrase))
        return self._platform(inbound).pages(outbound)[0], outbound

    def subscriptions(self, inbound: Inbound) -> tuple[Subscription, ...]:
        """Return the subscription templates of the account."""
        return self._platform(inbound).subscriptions()

    def _platform(self, inbound: Inbound) -> Platform:
        return self._platforms[inbound.citizen.channel, inbound.citizen.account]

    def _seen(self, row: CitizenRow, inbound: Inbound, session: str, now: datetime) -> CitizenRow:
        """Return the row after the citizen did something; windows never add up, the longer one holds."""
        if inbound.kind is InboundKind.MENTION:  # what it permits is counted with the mention, apart
            return replace(row, session=session, last_seen=now)
        until, left, following = row.window_until, row.window_left, row.following
        window = self._platform(inbound).window(inbound)
        if window is not None:
            following = True  # only a follower can do what opens a window
            end = min(now, inbound.sent_at) + window.lasts  # what lay in the spool came earlier
            if until is None or until <= now or left <= 0:
                until, left = end, window.messages
            elif end >= until:
                until, left = end, max(left, window.messages)
        if inbound.kind is InboundKind.UNFOLLOW:
            until, left, following = None, 0, False
        return CitizenRow(
            key=row.key,
            session=session,
            version=row.version,
            following=following,
            window_until=until,
            window_left=left,
            last_seen=now,
            draft_at=row.draft_at,
        )


def supplemented(intents: Iterable[Intent]) -> str | None:
    """Return the number of the petition that this turn adds to; its files go there at once."""
    return next((intent.number for intent in intents if isinstance(intent, Supplement)), None)


def attachments(inbound: Inbound, *, now: datetime, number: str | None = None) -> tuple[Attachment, ...]:
    """Return the files a message brings, wanted at once: platforms keep them for days only."""
    return tuple(
        Attachment(
            key=inbound.key if index == 0 else f"{inbound.key}#{index}",
            citizen=inbound.citizen.key,
            number=number,
            kind=MediaKind(media.kind),
            media_id=media.media_id,
            better_id=media.better_id,
            received_at=now,
            next_at=now,
        )
        for index, media in enumerate(inbound.media)
    )


def plain(outbound: Outbound) -> str:
    """Return the words with the choices as numbered lines: for a way that carries no markup."""
    return "\n".join([outbound.text, *(f"{n}. {choice.label}" for n, choice in enumerate(outbound.choices, 1))])
