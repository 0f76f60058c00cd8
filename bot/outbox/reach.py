"""What the ladder must know of a citizen and of the place where they spoke in public; reads, decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from adapters.platform import Platform, Rung
from bot.messages import Inbound
from bot.outbox.ladder import WINDOW_MARGIN
from bot.petitions.ports import MENTION_ANSWER, CitizenRow, DeliveryOutcome, OutboxMessage, UnitOfWork
from bot.petitions.vocabulary import EventType, Kind

_SAID = frozenset({DeliveryOutcome.ACCEPTED, DeliveryOutcome.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """`permits` is the mention that permits a private message, `place` the one to be answered in public ('' for none).

    `post` is the post that `place` stands under, where that is known; `secret` is what a comment must not hold.
    """

    row: CitizenRow | None
    permits: str = ""
    place: str = ""
    post: str = ""
    secret: tuple[str, ...] = ()


async def read_reach(work: UnitOfWork, message: OutboxMessage, platform: Platform, *, now: datetime) -> Reach:
    """Return what is known of the ways to reach the citizen of `message` on a platform with mentions."""
    row = await work.turns.citizen(message.citizen)
    permits = ""
    latest = await work.mentions.latest(message.citizen)
    if latest is not None and (window := platform.window(latest.inbound)) is not None:
        open_ = now < latest.inbound.sent_at + window.lasts - WINDOW_MARGIN
        permits = latest.inbound.key if open_ and latest.replies < window.messages else ""
    if message.kind == MENTION_ANSWER:
        place, post = str(message.values["mention"]), str(message.values["post"])
        return Reach(row=row, permits=permits, place=place, post=post)
    found = await _public_place(work, message)
    if found is None:
        return Reach(row=row, permits=permits)
    mention, secret = found
    return Reach(row=row, permits=permits, place=mention.key, post=_post_of(mention), secret=secret)


async def _public_place(work: UnitOfWork, message: OutboxMessage) -> tuple[Inbound, tuple[str, ...]] | None:
    """Return the mention that a petition began with, and its secrets; None where it is not to be spoken of in public.

    A 举报 never is, and nothing is said twice.
    """
    if message.number is None or not message.phrase.startswith("notice."):
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
