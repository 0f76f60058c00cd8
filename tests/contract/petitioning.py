"""Records to store: citizens, messages, petitions and the acts on them, by the lifecycle itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.messages import CitizenRef, Inbound, InboundKind, MediaKind
from bot.petitions import lifecycle
from bot.petitions.attachment_ports import Attachment
from bot.petitions.deadlines import Deadline
from bot.petitions.number import make_number
from bot.petitions.petition import Actor, Draft, Outcome
from bot.petitions.routing import Unit
from bot.petitions.turn_ports import CitizenRow, InboundRecord, InboundState
from bot.petitions.vocabulary import Kind, Role

NOW = datetime(2026, 11, 20, 1, 30, 15, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LI = "wechat:main:o-li"
WANG = "wechat:main:o-wang"
CLERK = Actor(role=Role.CLERK, id="zhao")
BOSS = Actor(role=Role.SUPERVISOR, id="qian")
WATER = Unit(id="water", name="市水务局", short="水务局", phone="0571-8700")
ROADS = Unit(id="roads", name="市交通局", short="交通局", phone="0571-8800")


def deadlines(now: datetime = NOW) -> tuple[Deadline, ...]:
    return (
        Deadline(
            name="response",
            start=now,
            due=now + 8 * HOUR,
            warn_at=now + 6 * HOUR,
            provisional=False,
            calendar_version="1",
        ),
        Deadline(
            name="answer",
            start=now,
            due=now + 7 * DAY,
            warn_at=now + 6 * DAY,
            provisional=True,
            calendar_version="1",
        ),
    )


def filing(
    sequence: int = 1, *, citizen: str = LI, now: datetime = NOW, kind: Kind = Kind.COMPLAINT, **draft: Any
) -> Outcome:
    values: dict[str, Any] = {"content": "路灯坏了三天，晚上看不见路。", "place": "幸福路 5 号"} | draft
    return lifecycle.file(
        Draft(kind=kind, **values),
        number=make_number(now.date(), sequence),
        code="123456",
        citizen=citizen,
        policy="founding",
        deadlines=deadlines(now),
        now=now,
    )


def message(identity: str, *, citizen: str = LI, text: str = "投诉", now: datetime = NOW, **more: Any) -> Inbound:
    ref = CitizenRef.parse(citizen)
    key = f"{ref.channel}:{ref.account}:{identity}"
    return Inbound(key=key, citizen=ref, kind=InboundKind.TEXT, sent_at=now, text=text, **more)


def record(inbound: Inbound, *, reply: str = "好的", state: InboundState = InboundState.TURNED) -> InboundRecord:
    return InboundRecord(inbound=inbound, state=state, received_at=NOW, reply=reply)


def row(key: str = LI, **values: Any) -> CitizenRow:
    return CitizenRow(key=key, **values)


def picture(identity: str, *, citizen: str = LI, at: datetime = NOW, **values: Any) -> Attachment:
    return Attachment(
        key=f"wechat:main:{identity}",
        citizen=citizen,
        number=values.pop("number", None),
        kind=MediaKind.IMAGE,
        media_id=f"media-{identity}",
        better_id="",
        received_at=at,
        **values,
    )
