"""The acts of staff and clock as one transaction each: load and lock, act by the lifecycle, save, commit.

Every caller (console, command line, milestone loop) comes through here, so that an act means the same everywhere: the
state changes, the event is written, the citizen's notice is queued and the audit trail has its line, or none of it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from bot.petitions import hops, joining, lifecycle, supervision
from bot.petitions.acts import Act
from bot.petitions.clock_acts import tick
from bot.petitions.errors import NotAllowed, Stale, UnknownPetition, UnknownUnit
from bot.petitions.hindrances import doable
from bot.petitions.petition import Actor, Case, Event, Milestone, Outcome, Petition
from bot.petitions.ports import Storage
from bot.petitions.routing import Unit, barred
from bot.petitions.staff_ports import AuditEntry
from bot.petitions.terms import Terms
from bot.petitions.transcribing import transcribe
from bot.petitions.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRequest:
    """One act as a person asks for it; which fields count depends on the act."""

    act: Act
    number: str
    text: str = ""
    """The answer, the question, the reason, the opinion, or a note."""
    elsewhere: str = ""
    """Where a refused citizen should go instead."""
    unit: str = ""
    """The id of the unit to forward to."""
    units: tuple[str, ...] = ()
    """The ids of the units that are to help."""
    amount: int = 0
    """How much longer, in the unit of the answer's limit."""
    version: int | None = None
    """The version the person was looking at; another one means somebody else acted meanwhile."""


TermsOf = Callable[[Petition], Terms]
"""The policy a petition was filed under, with the work calendar of the moment."""


class PetitionService:
    """Does acts. `on_commit` is called after each one that queued a notice, to wake the outbox."""

    def __init__(
        self,
        storage: Storage,
        *,
        units: Iterable[Unit],
        office: str,
        terms_of: TermsOf,
        on_commit: Callable[[], None],
    ) -> None:
        self._storage = storage
        self._units: Mapping[str, Unit] = {unit.id: unit for unit in units}
        self._office = office
        self._terms_of = terms_of
        self._on_commit = on_commit

    @property
    def units(self) -> Mapping[str, Unit]:
        """The units petitions can be forwarded to, by id."""
        return self._units

    def barred(self, case: Case) -> frozenset[str]:
        """Return the units this petition must not reach (for a 举报: those it names)."""
        return barred(case.petition.content, self._units.values())

    def doable(self, case: Case, actor: Actor, *, now: datetime) -> tuple[Act, ...]:
        """Return what this actor may do to this case now."""
        return doable(case, actor, now=now, terms=self._terms_of(case.petition))

    def terms(self, case: Case) -> Terms:
        """Return the policy and the calendar that hold for a case."""
        return self._terms_of(case.petition)

    async def act(self, request: ActRequest, *, actor: Actor, now: datetime) -> Case:
        """Do one act of staff; raise a `PetitionError` and change nothing when a rule forbids it."""
        async with self._storage.begin() as work:
            case = await work.cases.get(request.number, lock=True)
            if case is None or not visible(case, actor):
                raise UnknownPetition
            if request.version is not None and request.version != case.petition.version:
                raise Stale
            history = await work.cases.events(request.number) if request.act in _LOOKING_BACK else ()
            outcome = self._apply(case, request, actor=actor, now=now, history=history)
            if joining.ends(case, outcome):
                outcome = joining.with_joiners(outcome, await work.joinings.of(request.number))
            await work.cases.save(outcome)
            await work.staff.audit(
                AuditEntry(
                    at=now,
                    actor=actor.id,
                    action=f"petition.{request.act}",
                    target=request.number,
                    data={"role": actor.role.value, "unit": request.unit or ",".join(request.units)},
                )
            )
            await work.commit()
        if outcome.notices:
            self._on_commit()
        return outcome.case

    async def transcribe(self, number: str, file: str, text: str, *, actor: Actor, now: datetime) -> Case:
        """Write down what a file of a petition says; raise `UnknownPetition` where this actor does not see it."""
        async with self._storage.begin() as work:
            case = await work.cases.get(number, lock=True)
            found = await work.attachments.get(file)
            if case is None or not visible(case, actor) or found is None or found.number != number:
                raise UnknownPetition
            outcome = transcribe(case, actor=actor, now=now, file=file, text=text)
            await work.cases.save(outcome)
            await work.attachments.write_down(file, outcome.events[0].data["text"])
            entry = AuditEntry(at=now, actor=actor.id, action="file.transcribed", target=number, data={})
            await work.staff.audit(entry)
            await work.commit()
        return outcome.case

    async def tick(self, milestone: Milestone, *, now: datetime) -> bool:
        """Let one due milestone warn, pass or act; False when another process did it first."""
        async with self._storage.begin() as work:
            case = await work.cases.get(milestone.number, lock=True)
            if case is None:
                return False
            paused = any(clock.paused_at is not None for clock in case.milestones)
            outcome = tick(
                case,
                milestone.key,
                now=now,
                terms=self._terms_of(case.petition),
                history=await work.cases.events(milestone.number) if paused else (),
                unit_name=self._unit_name(case),
            )
            if outcome is None:
                return False
            await work.cases.save(outcome)
            await work.commit()
        if outcome.notices:
            self._on_commit()
        return True

    def _apply(
        self, case: Case, request: ActRequest, *, actor: Actor, now: datetime, history: Sequence[Event]
    ) -> Outcome:
        match request.act:
            case Act.ACCEPT:
                return lifecycle.accept(case, actor=actor, now=now, note=request.text)
            case Act.REFUSE:
                return lifecycle.refuse(case, actor=actor, now=now, reason=request.text, elsewhere=request.elsewhere)
            case Act.FORWARD:
                return lifecycle.forward(
                    case,
                    actor=actor,
                    now=now,
                    unit=self._unit(request.unit),
                    note=request.text,
                    barred=self.barred(case),
                    terms=self._terms_of(case.petition),
                )
            case Act.ANSWER:
                return lifecycle.answer(case, actor=actor, now=now, text=request.text, by=self._answering(actor, case))
            case Act.CLOSE:
                return lifecycle.close(case, actor=actor, now=now, note=request.text)
            case Act.FILE | Act.WITHDRAW | Act.RATE | Act.SUPPLEMENT | Act.CHASE | Act.JOIN | Act.LEAVE:
                raise NotAllowed
            case _:
                return self._hop(case, request, actor=actor, now=now, history=history)

    def _hop(
        self, case: Case, request: ActRequest, *, actor: Actor, now: datetime, history: Sequence[Event]
    ) -> Outcome:
        """Do one of the acts between forwarding and closing."""
        common: _Common = {"actor": actor, "now": now, "terms": self._terms_of(case.petition)}
        text, by = request.text, self._answering(actor, case)
        match request.act:
            case Act.SIGN:
                return hops.sign(case, **common, by=by)
            case Act.RETURN:
                return hops.give_back(case, **common, reason=text, by=by)
            case Act.COHANDLE:
                units = [self._unit(unit) for unit in request.units]
                lead, kept_from = self._unit_name(case), self.barred(case)
                return hops.cohandle(case, **common, units=units, lead=lead, note=text, barred=kept_from)
            case Act.CONTRIBUTE:
                return hops.contribute(case, **common, text=text, by=by)
            case Act.ASK:
                return hops.ask(case, **common, question=text, by=by)
            case Act.RESUME:
                return hops.resume(case, **common, history=history, note=text)
            case Act.EXTEND | Act.GRANT | Act.DENY:
                return _extending(case, request, common, history=history, by=by)
            case _:
                return self._pressing(case, request, common, by=by)

    def _pressing(self, case: Case, request: ActRequest, common: "_Common", *, by: str) -> Outcome:
        """Do one of the acts of supervision, redo and review."""
        text = request.text
        match request.act:
            case Act.SUPERVISE:
                return supervision.supervise(case, **common, reason=text)
            case Act.FEEDBACK:
                return supervision.feed_back(case, **common, text=text, by=by)
            case Act.REDO:
                return supervision.redo(case, **common, reason=text)
            case Act.REVIEW | Act.RECHECK:
                return supervision.review(case, request.act, **common, reason=text)
            case Act.DECIDE:
                return supervision.decide(case, **common, text=text, by=self._office)
            case _:
                raise NotAllowed

    def _unit(self, identity: str) -> Unit:
        unit = self._units.get(identity)
        if unit is None:
            raise UnknownUnit
        return unit

    def _unit_name(self, case: Case) -> str:
        """Name the unit that has the petition; the office where none has."""
        unit = self._units.get(case.petition.unit)
        return unit.name if unit else self._office

    def _answering(self, actor: Actor, case: Case) -> str:
        unit = self._units.get(actor.unit or case.petition.unit)
        return unit.name if unit else self._office


class _Common(TypedDict):
    """What every hop takes."""

    actor: Actor
    now: datetime
    terms: Terms


def _extending(case: Case, request: ActRequest, common: _Common, *, history: Sequence[Event], by: str) -> Outcome:
    """Ask for more time, or decide about it."""
    match request.act:
        case Act.EXTEND:
            amount, reason = request.amount, request.text
            return hops.extend(case, **common, history=history, amount=amount, reason=reason, by=by)
        case Act.GRANT:
            return hops.grant(case, **common, history=history, note=request.text)
        case _:
            return hops.deny(case, **common, history=history, reason=request.text)


_LOOKING_BACK = frozenset({Act.RESUME, Act.EXTEND, Act.GRANT, Act.DENY})
"""Acts whose due dates depend on the pauses and extensions before them."""


def visible(case: Case, actor: Actor) -> bool:
    """Whether this member of staff may see the case: an officer only what the own unit has or helps with."""
    if actor.role is not Role.OFFICER:
        return True
    return actor.unit != "" and actor.unit in {case.petition.unit, *case.petition.co_units}
