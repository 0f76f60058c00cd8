"""The parts of a petition's page in words: clocks, files, notices, and the units it can go to. Pure."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.console import access, words
from bot.console.act_words import ROLES
from bot.console.history import EventWords, Say, event_words
from bot.messages import MediaKind, dump_values
from bot.petitions.attachment_ports import Attachment, AttachmentState
from bot.petitions.outbox_ports import Delivery, OutboxMessage
from bot.petitions.petition import Case, Event, Milestone
from bot.petitions.routing import Unit
from bot.petitions.scenes import Scene, read_scene
from bot.petitions.service import PetitionService
from bot.petitions.staff_ports import User
from bot.petitions.vocabulary import PROMISED, EventType, Kind, Lamp, MilestoneName, Role
from bot.petitions.wording import word
from bot.phrasing import PhraseError, Phrasing

_MEDIA: Final = {MediaKind.IMAGE: "图片", MediaKind.VOICE: "语音", MediaKind.VIDEO: "视频"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock in words."""

    label: str
    lamp: str
    shape: str
    word: str
    left: str
    due: str
    met: str
    """When it was met, '' while it runs."""
    provisional: bool
    steps: tuple[str, ...] = ()
    """Why it is due then, a sentence a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One attachment: `shown` says how (image, audio, video, or '' for a download only)."""

    id: str
    label: str
    shown: str
    ready: bool
    note: str
    spoken: bool = False
    """Whether there is something to be written down."""
    transcript: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChoice:
    """One unit of the forwarding form; a `shut` one cannot be chosen, `why` says so."""

    id: str
    name: str
    shut: bool = False
    why: str = ""


def file_id(key: str) -> str:
    """Return the name of a file in addresses; its key would give away who sent it."""
    return hashlib.sha256(key.encode()).hexdigest()[:20]


def who(event: Event, people: Mapping[str, str]) -> str:
    """Name who acted; a citizen and the clock have no name."""
    if event.role in {Role.CITIZEN, Role.CLOCK}:
        return ROLES[event.role]
    return f"{people.get(event.actor, event.actor)}（{ROLES[event.role]}）"


def in_order(clocks: Iterable[Milestone]) -> list[Milestone]:
    """Return the clocks as the page shows them: those promised to the citizen, then the open ones, then the rest."""
    return sorted(clocks, key=lambda clock: (clock.name not in PROMISED, not clock.open))


def asked_extension(case: Case, events: Iterable[Event], *, say: Say) -> EventWords | None:
    """Return the extension that waits for a decision, in words."""
    if case.open_clock(MilestoneName.EXTENSION) is None:
        return None
    asked = [event for event in events if event.type is EventType.EXTENSION_ASKED]
    return event_words(asked[-1], channel="", say=say) if asked else None


def clock_of(
    milestone: Milestone, *, now: datetime, say: Say, steps: Iterable[object] = (), units: Mapping[str, Unit]
) -> Clock:
    """Put one clock into words; `steps` say why it is due then."""
    unit, name = units.get(milestone.unit), say(word(milestone.name))
    lamp = milestone.lamp(now)
    if milestone.met_at is not None:
        late = milestone.met_at > milestone.due_at
        left = f"超 {words.span(milestone.met_at - milestone.due_at)}" if late else ""
    elif milestone.ended_at is not None:
        left = "已终止"
    elif milestone.paused_at is not None:
        left = "暂停计时"
    else:
        left = words.time_left(milestone.due_at, now)
    return Clock(
        label=f"{name}（{unit.short}）" if unit else name,
        lamp=lamp.value,
        shape=words.LAMP_SHAPES[lamp],
        word=_word(milestone, lamp),
        left=left,
        due=words.moment(milestone.due_at),
        met=words.moment(milestone.met_at) if milestone.met_at else "",
        provisional=milestone.provisional,
        steps=tuple(say(step) for step in steps),
    )


def shown_as(file: Attachment) -> str:
    """Return how a browser shows the copy that is served: image, audio, video, or '' for a download."""
    match file.kind:
        case MediaKind.IMAGE:
            return "image" if file.playable else ""
        case MediaKind.VOICE:
            return "audio" if file.playable else ""
        case MediaKind.VIDEO:
            return "video" if file.content_type in {"video/mp4", "video/webm"} else ""


def _word(milestone: Milestone, lamp: Lamp) -> str:
    if milestone.met_at is None:
        return words.LAMP_MEANINGS[lamp]
    return "超期完成" if lamp is Lamp.RED else "按时完成"


def file_of(file: Attachment) -> File:
    """Put one attachment into words."""
    ready = file.state is AttachmentState.STORED
    waiting = words.ATTACHMENT_STATES.get(file.state, "")
    return File(
        id=file_id(file.key),
        label=_MEDIA[file.kind],
        shown=shown_as(file) if ready else "",
        ready=ready,
        spoken=file.kind is not MediaKind.IMAGE,
        transcript=file.transcript,
        note=words.size(file.size) if ready else f"{waiting}{'：' + file.detail if file.detail else ''}",
    )


def notice_of(message_: OutboxMessage, attempts: Iterable[Delivery], user: User) -> Mapping[str, object]:
    """Put one message to the citizen into words; the platform's own words are for the office."""
    return {
        "title": words.NOTICES.get(message_.kind, message_.kind),
        "state": message_.state.value,
        "word": words.OUTBOX_STATES[message_.state],
        "at": message_.created_at,
        "detail": words.outbox_detail(message_.detail) if user.role in access.OFFICE else "",
        "attempts": [
            (attempt.started_at, words.delivery_words(attempt, with_others=attempt.outbox_id != message_.id))
            for attempt in attempts
        ],
    }


def values_of(message_: OutboxMessage, phrasing: Phrasing) -> Mapping[str, object]:
    """Return what a message holds, in words; as it is stored where the phrases file has no words for it any more."""
    try:
        return {name: value if value is None else phrasing.text(value) for name, value in message_.values.items()}
    except PhraseError:
        return dump_values(message_.values)


def warned_of(events: Iterable[Event]) -> str:
    """Return the id of the refusal rule that the citizen was told of before filing, '' for none."""
    return next((str(event.data.get("warned", "")) for event in events), "")


def scene_of(events: Iterable[Event]) -> Scene | None:
    """Return the QR code by which a petition came, None for none."""
    return next((read_scene(str(event.data.get("scene", "")), {}) for event in events), None)


def scene_words(scene: Scene | None, units: Mapping[str, Unit]) -> str:
    """`市住建局（政务大厅）`; '' for none."""
    if scene is None:
        return ""
    unit = units[scene.unit].name if scene.unit in units else scene.unit
    return f"{unit}（{scene.hall}）" if scene.hall else unit


def choices(case: Case, user: User, service: PetitionService) -> tuple[UnitChoice, ...]:
    """Return every unit for the forwarding form, those a 举报 touches marked."""
    shut = access.shut_units(case, user, service)
    units = sorted(service.units.values(), key=lambda unit: unit.name)
    return tuple(_choice(unit, shut.get(unit.id)) for unit in units)


def _choice(unit: Unit, liftable: bool | None) -> UnitChoice:
    if liftable is None:
        return UnitChoice(id=unit.id, name=unit.name)
    if liftable:
        return UnitChoice(id=unit.id, name=unit.name, why="举报涉及，转办须写明理由")
    return UnitChoice(id=unit.id, name=unit.name, shut=True, why="举报涉及，不能转")


def suggested(
    case: Case,
    user: User,
    service: PetitionService,
    suggest: Callable[[str], tuple[str, ...]],
    *,
    scene: Scene | None,
) -> tuple[UnitChoice, ...]:
    """Return the unit whose QR code was scanned, then those the words point to, without those a 举报 touches."""
    shut = access.shut_units(case, user, service)
    found = dict.fromkeys(suggest(f"{case.petition.content}\n{case.petition.place}"))
    if scene is not None and case.petition.kind is Kind.REPORT:
        found.pop(scene.unit, None)  # who reports at a unit's own door most likely reports that unit
    elif scene is not None:
        found = {scene.unit: None} | found
    return tuple(
        UnitChoice(id=unit, name=service.units[unit].name)
        for unit in found
        if unit in service.units and unit not in shut
    )
