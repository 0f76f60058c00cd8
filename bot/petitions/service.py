"""The acts of staff and clock as one transaction each: load and lock, act by the lifecycle, save, commit.

Every caller (console, command line, milestone loop) comes through here, so that an act means the same everywhere: the
state changes, the event is written, the citizen's notice is queued and the audit trail has its line, or none of it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.petitions import lifecycle
from bot.petitions.errors import NotAllowed, Stale, UnknownPetition, UnknownUnit
from bot.petitions.lifecycle import Act
from bot.petitions.petition import Actor, Case, Milestone, Outcome, Role
from bot.petitions.ports import AuditEntry, Storage
from bot.petitions.routing import Unit, barred


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRequest:
    """One act as a person asks for it; which fields count depends on the act."""

    act: Act
    number: str
    text: str = ""
    """The answer, the reason of a refusal, or a note."""
    elsewhere: str = ""
    """Where a refused citizen should go instead."""
    unit: str = ""
    """The id of the unit to forward to."""
    version: int | None = None
    """The version the person was looking at; another one means somebody else acted meanwhile."""


class PetitionService:
    """Does acts. `on_commit` is called after each one that queued a notice, to wake the outbox."""

    def __init__(self, storage: Storage, *, units: Iterable[Unit], office: str, on_commit: Callable[[], None]) -> None:
        self._storage = storage
        self._units: Mapping[str, Unit] = {unit.id: unit for unit in units}
        self._office = office
        self._on_commit = on_commit

    @property
    def units(self) -> Mapping[str, Unit]:
        """The units petitions can be forwarded to, by id."""
        return self._units

    def barred(self, case: Case) -> frozenset[str]:
        """Return the units this petition must not reach (for a 举报: those it names)."""
        return barred(case.petition.content, self._units.values())

    async def act(self, request: ActRequest, *, actor: Actor, now: datetime) -> Case:
        """Do one act of staff; raise a `PetitionError` and change nothing when a rule forbids it."""
        async with self._storage.begin() as work:
            case = await work.cases.get(request.number, lock=True)
            if case is None or not visible(case, actor):
                raise UnknownPetition
            if request.version is not None and request.version != case.petition.version:
                raise Stale
            outcome = self._apply(case, request, actor=actor, now=now)
            await work.cases.save(outcome)
            await work.staff.audit(
                AuditEntry(
                    at=now,
                    actor=actor.id,
                    action=f"petition.{request.act}",
                    target=request.number,
                    data={"role": actor.role.value, "unit": request.unit},
                )
            )
            await work.commit()
        if outcome.notices:
            self._on_commit()
        return outcome.case

    async def tick(self, milestone: Milestone, *, now: datetime) -> bool:
        """Let one due milestone warn or pass; False when another process did it first."""
        async with self._storage.begin() as work:
            case = await work.cases.get(milestone.number, lock=True)
            outcome = lifecycle.tick(case, milestone.name, now=now) if case else None
            if outcome is None:
                return False
            await work.cases.save(outcome)
            await work.commit()
        if outcome.notices:
            self._on_commit()
        return True

    def _apply(self, case: Case, request: ActRequest, *, actor: Actor, now: datetime) -> Outcome:
        match request.act:
            case Act.ACCEPT:
                return lifecycle.accept(case, actor=actor, now=now, note=request.text)
            case Act.REFUSE:
                return lifecycle.refuse(case, actor=actor, now=now, reason=request.text, elsewhere=request.elsewhere)
            case Act.FORWARD:
                unit = self._units.get(request.unit)
                if unit is None:
                    raise UnknownUnit
                return lifecycle.forward(
                    case, actor=actor, now=now, unit=unit, note=request.text, barred=self.barred(case)
                )
            case Act.ANSWER:
                return lifecycle.answer(case, actor=actor, now=now, text=request.text, by=self._answering(actor, case))
            case Act.CLOSE:
                return lifecycle.close(case, actor=actor, now=now, note=request.text)
            case Act.FILE | Act.WITHDRAW | Act.RATE:
                raise NotAllowed

    def _answering(self, actor: Actor, case: Case) -> str:
        unit = self._units.get(actor.unit or case.petition.unit)
        return unit.name if unit else self._office


def visible(case: Case, actor: Actor) -> bool:
    """Whether this member of staff may see the case: an officer only what is with the own unit."""
    return actor.role is not Role.OFFICER or (actor.unit != "" and case.petition.unit == actor.unit)
