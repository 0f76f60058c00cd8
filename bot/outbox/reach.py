"""What the ladder must know of a citizen and of the place where they spoke in public, and what an attempt taught of it.

Reads and keeps; decides nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.platform import Platform, Rung
from bot.messages import Inbound
from bot.outbox.ladder import WINDOW_MARGIN, ReachState
from bot.petitions.outbox_ports import MENTION_ANSWER, DeliveryOutcome, OutboxMessage
from bot.petitions.ports import UnitOfWork
from bot.petitions.reach_ports import Grant, GrantEnd
from bot.petitions.reporting import settle_report
from bot.petitions.turn_ports import CitizenRow
from bot.petitions.vocabulary import EventType, Kind, NoticeKind
from dialogs.session_json import wants_short

_SAID = frozenset({DeliveryOutcome.ACCEPTED, DeliveryOutcome.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What the ladder decides by, and where the forms lead to.

    `permits` is the mention that permits a private message, `place` the one to be answered in public ('' for none).
    `post` is the post that `place` stands under, where that is known; `secret` is what a comment must not hold.
    """

    state: ReachState
    row: CitizenRow | None = None
    permits: str = ""
    place: str = ""
    post: str = ""
    secret: tuple[str, ...] = ()

    @property
    def short(self) -> bool:
        """Whether the citizen wants short words: as the session says now, not when the news was written."""
        return self.row is not None and wants_short(self.row.session)


async def read_reach(
    work: UnitOfWork, message: OutboxMessage, platform: Platform, *, mentions: bool, now: datetime
) -> Reach:
    """Return what is known of the ways to reach the citizen of `message`; `mentions`: people speak in public there."""
    row = await work.turns.citizen(message.citizen)
    refusals = await work.reach.refusals(message.citizen)
    granted = await work.reach.granted(message.citizen) if platform.subscriptions(message.kind) else {}
    state = _state(row, granted=granted, refusals=refusals)
    if not mentions:
        return Reach(state=state, row=row)
    reach = await _mentioned(work, message, platform, now=now)
    state = replace(state, mention_permits=bool(reach.permits), in_public=bool(reach.place))
    return replace(reach, state=state, row=row)


def _state(row: CitizenRow | None, *, granted: Mapping[str, int], refusals: Mapping[str, datetime]) -> ReachState:
    if row is None:
        return ReachState(seen=False, following=False, granted=granted, did_not_reach=refusals)
    return ReachState(
        last_seen=row.last_seen,
        following=row.following,
        window_until=row.window_until,
        window_left=row.window_left,
        granted=granted,
        did_not_reach=refusals,
    )


_NOWHERE = ReachState(seen=False)


async def _mentioned(work: UnitOfWork, message: OutboxMessage, platform: Platform, *, now: datetime) -> Reach:
    """Return what mentions permit, with no state yet."""
    permits = ""
    latest = await work.mentions.latest(message.citizen)
    if latest is not None and (window := platform.window(latest.inbound)) is not None:
        open_ = now < latest.inbound.sent_at + window.lasts - WINDOW_MARGIN
        permits = latest.inbound.key if open_ and latest.replies < window.messages else ""
    if message.kind == MENTION_ANSWER:
        place, post = str(message.values["mention"]), str(message.values["post"])
        return Reach(state=_NOWHERE, permits=permits, place=place, post=post)
    found = await _public_place(work, message)
    if found is None:
        return Reach(state=_NOWHERE, permits=permits)
    mention, secret = found
    return Reach(state=_NOWHERE, permits=permits, place=mention.key, post=_post_of(mention), secret=secret)


async def _public_place(work: UnitOfWork, message: OutboxMessage) -> tuple[Inbound, tuple[str, ...]] | None:
    """Return the mention that a petition began with, and its secrets; None where it is not to be spoken of in public.

    A 举报 never is, and nothing is said twice.
    """
    if message.number is None or not message.phrase.startswith("notice.") or message.kind == NoticeKind.JOINED_ENDED:
        return None
    case = await work.cases.get(message.number)
    if case is None or case.petition.kind is Kind.REPORT:
        return None
    events = await work.cases.events(message.number)
    keys = next((event.data["attachments"] for event in events if event.type is EventType.FILED), ())
    mentions = [mention for key in keys if (mention := await work.mentions.get(key)) is not None]
    if not mentions or await _said(work, message):
        return None
    context = mentions[0].inbound.raw.get("context")
    nickname = str(context.get("nickname", "")) if isinstance(context, dict) else ""
    petition = case.petition
    return mentions[0].inbound, tuple(filter(None, (petition.phone, petition.place, nickname)))


async def _said(work: UnitOfWork, message: OutboxMessage) -> bool:
    return any(
        delivery.rung == Rung.PUBLIC_COMMENT.value and delivery.outcome in _SAID
        for other, deliveries in await work.outbox.of_petition(message.number or "")
        if other.id == message.id
        for delivery in deliveries
    )


def _post_of(mention: Inbound) -> str:
    context = mention.raw.get("context")
    return str(context.get("status_id", "")) if isinstance(context, dict) else ""


# --- what an attempt taught -----------------------------------------------------------------------------------------

_COUNTED = frozenset({DeliveryOutcome.ACCEPTED, DeliveryOutcome.UNKNOWN})
"""After these the platform counts, or may count, a message as sent; one that it put off is not counted."""
_SHUT = DeliveryOutcome.WINDOW_CLOSED
_UNREACHABLE = DeliveryOutcome.UNREACHABLE
_REPORTED = frozenset({Rung.TEMPLATE, Rung.SUBSCRIPTION})
"""Of these the platform tells later what became of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the platform told by its answer to an attempt; `left`: the citizen does not follow the account."""

    rung: Rung
    outcome: DeliveryOutcome
    code: str = ""
    left: bool = False
    message_id: str = ""


async def before_told(work: UnitOfWork, citizen: str, told: Told) -> None:
    """Lock the citizen, as their messages do, where a report on the attempt may come this very moment.

    So one of the two is written first and the other sees it: else a report would find no attempt yet, and the attempt
    no report, and what the platform said would be lost.
    """
    if told.rung in _REPORTED and told.outcome is DeliveryOutcome.ACCEPTED:
        await work.turns.load([], [citizen])


async def keep_told(
    work: UnitOfWork, citizen: str, told: Told, *, permits: str, grant: Grant | None, now: datetime
) -> None:
    """Keep what an attempt taught: counts, windows, consents, and forms that do not reach this citizen.

    `permits` is the mention whose private message it was, `grant` the consent it used.
    """
    match told.rung:
        case Rung.MESSAGE if told.outcome in _COUNTED:
            await work.turns.spend_window(citizen)
        case Rung.MESSAGE if told.outcome is _SHUT:
            await work.turns.spend_window(citizen, left=0)
        case Rung.MENTION_REPLY if told.outcome in _COUNTED or told.outcome is _SHUT:
            await work.mentions.spend_reply(permits)
        case Rung.TEMPLATE | Rung.SUBSCRIPTION if told.outcome is DeliveryOutcome.ACCEPTED:
            template = grant.template if grant else ""
            early = await work.outbox.early(citizen=citizen, message_id=told.message_id, template=template)
            if early is not None:
                await settle_report(work, early, citizen=citizen, now=now)
        case Rung.SUBSCRIPTION if grant is not None and told.outcome is _UNREACHABLE:
            await work.reach.give_back(grant.key)  # it was not used: it was none
            await work.reach.revoke(citizen, grant.template, why=GrantEnd.REFUSED, now=now)
        case Rung.SUBSCRIPTION if grant is not None and told.outcome not in _COUNTED:
            await work.reach.give_back(grant.key)
        case Rung.MESSAGE | Rung.TEMPLATE if told.outcome is _UNREACHABLE:
            await work.reach.refuse(citizen, told.rung.value, code=told.code, now=now)
            if told.left:
                await work.turns.set_following(citizen, following=False)
        case _:
            pass
