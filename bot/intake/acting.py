"""What a turn needs of the database besides the citizen's row: lookups, and the petitions its intents change.

Everything here happens inside the transaction that also stores the message and the session.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import assert_never

from bot.clock import local
from bot.intake.attending import attend, attendance
from bot.petitions import hops, joining, lifecycle, supervision
from bot.petitions.calendar import WorkCalendar
from bot.petitions.deadlines import Deadline, deadlines_for
from bot.petitions.desk import Desk
from bot.petitions.errors import UnknownPetition
from bot.petitions.hindrances import doable, redo_open
from bot.petitions.number import make_number
from bot.petitions.petition import Actor, Case, Draft, Event, Outcome, Petition
from bot.petitions.policy import Policy
from bot.petitions.ports import UnitOfWork
from bot.petitions.terms import Terms
from bot.petitions.vocabulary import Kind, Role
from bot.petitions.wording import provisional
from bot.values import frozen
from dialogs.intents import (
    Alarm,
    AskPerson,
    Chase,
    File,
    Follow,
    Intent,
    Join,
    Leave,
    Quit,
    Rate,
    Redo,
    Review,
    Say,
    Supplement,
    Withdraw,
)
from dialogs.lookups import Attended, Consented, Facts, Lookup, Mine, One, Why

_CODES = 1_000_000
_OWN = 100
"""Petitions of one citizen that their list goes through."""


@frozen
class Filing:
    """A filing with what the citizen is told of it."""

    outcome: Outcome
    values: Mapping[str, object]


class Registrar:
    """Makes petitions out of drafts: number, code, clocks.

    `policy_of` chooses by kind and words; `policies` are by the names that petitions keep. `desk` says when a person
    answers in the chat, None for never.
    """

    def __init__(
        self,
        *,
        calendar: WorkCalendar,
        policy_of: Callable[[Kind, str], Policy],
        policies: Mapping[str, Policy],
        desk: Desk | None = None,
    ) -> None:
        self.desk = desk
        self._calendar = calendar
        self._policy_of = policy_of
        self._policies = policies
        self._counted: tuple[Policy, datetime, tuple[Deadline, ...]] | None = None

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar in use."""
        return self._calendar

    def use(self, calendar: WorkCalendar) -> None:
        """Count with this calendar from now on."""
        self._calendar = calendar
        self._counted = None

    def terms(self, petition: Petition) -> Terms:
        """Return what holds for a petition: the policy it was filed under, else today's, and the calendar in use."""
        policy = self._policies.get(petition.policy) or self._policy_of(petition.kind, petition.content)
        return Terms(policy=policy, calendar=self._calendar)

    def file(self, draft: Draft, *, sequence: int, citizen: str, now: datetime) -> Filing:
        """Register a draft under the day's `sequence`."""
        policy = self._policy_of(draft.kind, draft.content)
        outcome = lifecycle.file(
            draft,
            number=make_number(local(now).date(), sequence),
            code=f"{secrets.randbelow(_CODES):06d}",
            citizen=citizen,
            policy=policy.name,
            deadlines=self._deadlines(policy, now),
            now=now,
        )
        return Filing(outcome=outcome, values=_promised(outcome))

    def _deadlines(self, policy: Policy, now: datetime) -> tuple[Deadline, ...]:
        """Count the clocks; the filings of a batch start them at one moment, and it is done once for all."""
        counted = self._counted
        if counted is None or counted[0] is not policy or counted[1] is not now:
            counted = self._counted = (policy, now, deadlines_for(policy, now, self._calendar))
        return counted[2]


def _promised(outcome: Outcome) -> Mapping[str, object]:
    case = outcome.case
    petition, undated = case.petition, {"response_due": "", "answer_due": ""}
    values: dict[str, object] = {"number": petition.number, "code": petition.code, **undated}
    for milestone in case.milestones:
        values[f"{milestone.name.value}_due"] = provisional(milestone.due_at, sure=not milestone.provisional)
    return values


async def find(work: UnitOfWork, lookup: Lookup, *, registrar: Registrar, citizen: str, now: datetime) -> Facts:
    """Return what a lookup asks for; what it shows of foreign petitions is the dialog's business."""
    match lookup:
        case Mine():
            cases = await _mine(work, citizen)
            return Facts(lookup=lookup, cases=cases, redoable=redoable(cases, registrar, now))
        case One(number=number):
            case = await work.cases.get(number, lock=True)
            events = await work.cases.events(number) if case else ()
            followed = case is not None and await work.followings.has(number, citizen)
            joined = case is not None and case.petition.joiners > 0 and await work.joinings.has(number, citizen)
            again = redoable((case,) if case else (), registrar, now)
            return Facts(lookup=lookup, case=case, events=events, followed=followed, joined=joined, redoable=again)
        case Why(number=number):
            case = await (work.cases.get(number) if number else _newest(work, citizen))
            if case is None:
                return Facts(lookup=lookup)
            events, terms = await work.cases.events(case.petition.number), registrar.terms(case.petition)
            actor = await _actor(work, case, citizen)
            reasons = {clock.key: terms.explain(clock, events) for clock in case.milestones}
            acts = doable(case, actor, now=now, terms=terms)
            followed = actor.id != citizen
            return Facts(lookup=lookup, case=case, events=events, reasons=reasons, doable=acts, followed=followed)
        case Attended():
            there = await attendance(work, desk=registrar.desk, calendar=registrar.calendar, citizen=citizen, now=now)
            return Facts(lookup=lookup, attendance=there)
        case Consented(templates=templates):
            good = await work.reach.granted(citizen)
            return Facts(lookup=lookup, consented=any(good.get(template) for template in templates))
        case _:
            assert_never(lookup)


def redoable(cases: Iterable[Case], registrar: Registrar, now: datetime) -> frozenset[str]:
    """Return the numbers of those that could be done again, were the citizen to say that they are not solved."""
    return frozenset(
        case.petition.number for case in cases if redo_open(case, now=now, terms=registrar.terms(case.petition))
    )


async def _newest(work: UnitOfWork, citizen: str) -> Case | None:
    """Return the citizen's newest petition under way, else the newest."""
    cases = await _mine(work, citizen)
    return next((case for case in cases if not case.petition.state.ended), next(iter(cases), None))


async def _mine(work: UnitOfWork, citizen: str) -> tuple[Case, ...]:
    """Return what the citizen filed or follows, newest first."""
    own = await work.cases.of_citizen(citizen, limit=_OWN)
    numbers = await work.followings.numbers(citizen)
    if not numbers:
        return own
    found = [await work.cases.get(number) for number in numbers]
    cases = [*own, *(case for case in found if case is not None)]
    return tuple(sorted(cases, key=lambda case: (case.petition.filed_at, case.petition.number), reverse=True))


async def _actor(work: UnitOfWork, case: Case, citizen: str) -> Actor:
    """Return who acts: who follows a petition has shown that they are the one who filed it."""
    owner = case.petition.citizen
    followed = owner != citizen and await work.followings.has(case.petition.number, citizen)
    return Actor(role=Role.CITIZEN, id=owner if followed else citizen)


async def perform(
    work: UnitOfWork, intent: Intent, *, registrar: Registrar, citizen: str, now: datetime
) -> Mapping[str, object]:
    """Do what a turn wants done; return the values its reply gains."""
    match intent:
        case File(draft=draft, mention=mention):
            sequence = await work.cases.reserve(local(now).date())
            filing = registrar.file(draft, sequence=sequence, citizen=citizen, now=now)
            await work.cases.save(filing.outcome)
            if mention:
                await work.mentions.filed(mention, filing.outcome.case.petition.number)
            return filing.values
        case Follow(number=number):
            await work.followings.add(number, citizen)
        case Join() | Quit():
            await _joining(work, intent, registrar=registrar, citizen=citizen, now=now)
        case Alarm(danger=danger, label=label, message=message):
            await work.alarms.add(citizen, danger=danger, label=label, message=message, now=now)
        case AskPerson() | Say() | Leave():
            await attend(work, intent, desk=registrar.desk, calendar=registrar.calendar, citizen=citizen, now=now)
        case _:
            case = await work.cases.get(intent.number, lock=True)
            if case is None:
                raise UnknownPetition
            history = await work.cases.events(intent.number) if isinstance(intent, Supplement) else ()
            terms = registrar.terms(case.petition)
            withdraws = isinstance(intent, Withdraw)  # what cannot be undone is done where it was filed
            actor = Actor(role=Role.CITIZEN, id=citizen) if withdraws else await _actor(work, case, citizen)
            outcome = _acted(case, intent, actor=actor, now=now, terms=terms, history=history)
            if joining.ends(case, outcome):
                outcome = joining.with_joiners(outcome, await work.joinings.of(intent.number))
            await work.cases.save(outcome)
    return {}


async def _joining(work: UnitOfWork, intent: Join | Quit, *, registrar: Registrar, citizen: str, now: datetime) -> None:
    """Count one more, or one less; who is counted already, or is not, changes nothing."""
    case = await work.cases.get(intent.number, lock=True)
    if case is None:
        raise UnknownPetition
    joins = isinstance(intent, Join)
    number, there = intent.number, work.joinings
    if not await (there.add(number, citizen, now=now) if joins else there.drop(number, citizen)):
        return
    act = joining.join if joins else joining.leave
    actor = Actor(role=Role.CITIZEN, id=citizen)
    await work.cases.save(act(case, actor=actor, now=now, terms=registrar.terms(case.petition)))


def _acted(
    case: Case,
    intent: Withdraw | Rate | Redo | Supplement | Chase | Review,
    *,
    actor: Actor,
    now: datetime,
    terms: Terms,
    history: Sequence[Event],
) -> Outcome:
    """Do what the citizen wants done to a petition of theirs."""
    match intent:
        case Withdraw(reason=reason):
            return lifecycle.withdraw(case, actor=actor, now=now, reason=reason)
        case Rate(rating=rating, solved=solved, words=words):
            return supervision.rate(case, actor=actor, now=now, terms=terms, rating=rating, solved=solved, words=words)
        case Redo():
            return supervision.redo(case, actor=actor, now=now, terms=terms)
        case Supplement(text=text, attachments=files):
            return hops.supplement(
                case, actor=actor, now=now, terms=terms, history=history, text=text, attachments=files
            )
        case Chase(words=words):
            return supervision.chase(case, actor=actor, now=now, terms=terms, words=words)
        case Review(level=level, reason=reason):
            return supervision.review(case, level, actor=actor, now=now, terms=terms, reason=reason)
        case _:
            assert_never(intent)
