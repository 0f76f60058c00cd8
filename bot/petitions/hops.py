"""The hops of a petition on its way through the hands of the units: each an act with its event, its clock, its notice.

签收 sign and 退回 return (天津 2025: within a working day, silence counts as taken, the third dispatch designates),
协办 co-handling (one lead, each helper with an own clock), 待补充 ask the citizen (the answer clock stands still),
延期 extension (信访工作条例 34: asked before expiry, approved, the citizen told the reason). The clocks promised to the
citizen run from the filing, never from signing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.petitions.acts import Act, do, landing, needed
from bot.petitions.deadlines import Extension, Pause
from bot.petitions.errors import Hindered, Hindrance, Incomplete
from bot.petitions.evolution import move_data, start_data
from bot.petitions.hindrances import admit
from bot.petitions.lifecycle import keep_from
from bot.petitions.petition import Actor, Case, Event, Milestone, Outcome
from bot.petitions.routing import Unit
from bot.petitions.terms import Course, Terms, course_of
from bot.petitions.vocabulary import EventType, MilestoneName, NoticeKind

_NO_DATA: Mapping[str, Any] = {}


def sign(
    case: Case, *, actor: Actor, now: datetime, terms: Terms, by: str, silence: Mapping[str, Any] = _NO_DATA
) -> Outcome:
    """Sign 签收 for a petition: the unit takes it. `silence` is what the clock notes when it signs for the unit."""
    admit(case, Act.SIGN, actor=actor, now=now, terms=terms)
    data = {"unit_name": by, "silent": bool(silence), **silence}
    return do(case, Act.SIGN, actor=actor, now=now, data=data, notice=NoticeKind.SIGNED)


def give_back(case: Case, *, actor: Actor, now: datetime, terms: Terms, reason: str, by: str) -> Outcome:
    """Return 退回 a petition to the office, with a reason, while it is not signed for."""
    admit(case, Act.RETURN, actor=actor, now=now, terms=terms)
    data = {"reason": needed("reason", reason), "unit": case.petition.unit, "unit_name": by}
    return do(case, Act.RETURN, actor=actor, now=now, data=data, notice=NoticeKind.RETURNED)


def cohandle(
    case: Case,
    *,
    actor: Actor,
    now: datetime,
    terms: Terms,
    units: Sequence[Unit],
    lead: str,
    note: str = "",
    barred: frozenset[str] = frozenset(),
) -> Outcome:
    """Name units that help 协办 the one that has it (`lead` is its name); each gets a clock for its contribution."""
    admit(case, Act.COHANDLE, actor=actor, now=now, terms=terms)
    if not units:
        raise Incomplete("units")
    known = {case.petition.unit, *case.petition.co_units}
    if known & {unit.id for unit in units} or len({unit.id for unit in units}) < len(units):
        raise Hindered(Hindrance.TWICE)
    for unit in units:
        keep_from(case, unit, actor=actor, note=note, barred=barred)
    clock = terms.start(MilestoneName.COHANDLE, now)
    data = {
        "units": [{"id": unit.id, "name": unit.name} for unit in units],
        "unit_name": lead,
        "note": note.strip(),
        "starts": [start_data(clock, unit=unit.id) for unit in units] if clock else [],
    }
    return do(case, Act.COHANDLE, actor=actor, now=now, data=data, notice=NoticeKind.COHANDLED)


def contribute(case: Case, *, actor: Actor, now: datetime, terms: Terms, text: str, by: str) -> Outcome:
    """Contribute 协办意见: what a helping unit found, for the lead's answer. A further one adds to the first."""
    admit(case, Act.CONTRIBUTE, actor=actor, now=now, terms=terms)
    data = {"unit": actor.unit, "unit_name": by, "text": needed("text", text)}
    return do(case, Act.CONTRIBUTE, actor=actor, now=now, data=data)


def ask(case: Case, *, actor: Actor, now: datetime, terms: Terms, question: str, by: str) -> Outcome:
    """Ask the citizen for more 待补充: the answer clock stands still until they answer, or until that times out."""
    admit(case, Act.ASK, actor=actor, now=now, terms=terms)
    answer = case.open_clock(MilestoneName.ANSWER)
    pausing = answer is not None and answer.passed_at is None and now < answer.due_at
    clock = terms.start(MilestoneName.SUPPLEMENT, now)
    data = {
        "question": needed("question", question),
        "unit_name": by,
        "pauses": answer.key if answer is not None and pausing else None,
        "starts": [start_data(clock)] if clock else [],
    }
    return do(case, Act.ASK, actor=actor, now=now, data=data, notice=NoticeKind.ASKED)


def supplement(
    case: Case,
    *,
    actor: Actor,
    now: datetime,
    terms: Terms,
    history: Iterable[Event],
    text: str,
    attachments: Sequence[str] = (),
) -> Outcome:
    """Supplement 补充 by the citizen, in words or files (inbound keys); answers the question where one was asked."""
    admit(case, Act.SUPPLEMENT, actor=actor, now=now, terms=terms)
    if not text.strip() and not attachments:
        raise Incomplete("text")
    data = {
        "text": text.strip(),
        "attachments": list(attachments),
        "state": landing(case, Act.SUPPLEMENT).value,
        "clocks": _running_again(case, now=now, terms=terms, history=history),
    }
    return do(case, Act.SUPPLEMENT, actor=actor, now=now, data=data)


def resume(
    case: Case,
    *,
    actor: Actor,
    now: datetime,
    terms: Terms,
    history: Iterable[Event],
    note: str = "",
    silence: Mapping[str, Any] = _NO_DATA,
) -> Outcome:
    """Go on 恢复办理 without the citizen's answer; `silence` is what the clock notes when it timed out."""
    admit(case, Act.RESUME, actor=actor, now=now, terms=terms)
    data = {
        "note": note.strip(),
        "silent": bool(silence),
        "state": landing(case, Act.RESUME).value,
        "clocks": _running_again(case, now=now, terms=terms, history=history),
        **silence,
    }
    return do(case, Act.RESUME, actor=actor, now=now, data=data, notice=NoticeKind.RESUMED)


def _running_again(case: Case, *, now: datetime, terms: Terms, history: Iterable[Event]) -> list[dict[str, Any]]:
    """Return the new dates of the clock that stood still; none where none did."""
    clock = next((m for m in case.milestones if m.open and m.paused_at is not None), None)
    if clock is None or clock.paused_at is None:
        return []
    course = course_of(clock, history)
    pauses = (*course.pauses, Pause(start=clock.paused_at, end=now))
    return _moved(clock, terms, replace(course, pauses=pauses))


def _moved(clock: Milestone, terms: Terms, course: Course) -> list[dict[str, Any]]:
    found = terms.recount(clock, course)
    if found is None:
        return []
    if found.due < clock.due_at:  # a promise kept in spite of a changed calendar is not taken back here
        found = replace(found, due=clock.due_at, warn_at=clock.warn_at)
    return [move_data(clock, found)]


# --- extension ------------------------------------------------------------------------------------------------------


def extend(
    case: Case,
    *,
    actor: Actor,
    now: datetime,
    terms: Terms,
    history: Iterable[Event],
    amount: int,
    reason: str,
    by: str,
) -> Outcome:
    """Ask for an extension 延期 of the answer, before it runs out, in the unit of its limit; a supervisor decides."""
    admit(case, Act.EXTEND, actor=actor, now=now, terms=terms)
    answer = case.open_clock(MilestoneName.ANSWER)
    rule = terms.policy.rule(MilestoneName.ANSWER)
    if answer is None or rule is None:
        raise Hindered(Hindrance.NO_ANSWER_CLOCK)
    if amount < 1:
        raise Incomplete("amount")
    granted = sum(extension.amount for extension in course_of(answer, history).extensions)
    most = terms.policy.extension.most
    if most is not None and granted + amount > most:
        raise Hindered(Hindrance.EXTENSION_TOO_LONG)
    clock = terms.start(MilestoneName.EXTENSION, now)
    data = {
        "amount": amount,
        "measure": rule.unit.value,
        "reason": needed("reason", reason),
        "unit_name": by,
        "extends": answer.key,
        "starts": [start_data(clock)] if clock else [],
    }
    return do(case, Act.EXTEND, actor=actor, now=now, data=data)


def grant(
    case: Case, *, actor: Actor, now: datetime, terms: Terms, history: Sequence[Event], note: str = ""
) -> Outcome:
    """Grant 同意延期 what was asked for; the citizen is told the reason and the new date."""
    admit(case, Act.GRANT, actor=actor, now=now, terms=terms)
    asked = asked_extension(case, history)
    clock = case.clock(asked["extends"])
    if clock is None:
        raise Hindered(Hindrance.NO_ANSWER_CLOCK)
    course = course_of(clock, history)
    longer = replace(course, extensions=(*course.extensions, Extension(amount=asked["amount"])))
    data = {
        **{name: asked[name] for name in ("amount", "measure", "reason", "unit_name", "extends")},
        "note": note.strip(),
        "clocks": _moved(clock, terms, longer) if clock.paused_at is None else [],
    }
    return do(case, Act.GRANT, actor=actor, now=now, data=data, notice=NoticeKind.EXTENDED)


def deny(case: Case, *, actor: Actor, now: datetime, terms: Terms, history: Sequence[Event], reason: str) -> Outcome:
    """Deny 不同意延期, with a reason for the unit; the promised date stays."""
    admit(case, Act.DENY, actor=actor, now=now, terms=terms)
    asked = asked_extension(case, history)
    data = {"amount": asked["amount"], "measure": asked["measure"], "reason": needed("reason", reason)}
    return do(case, Act.DENY, actor=actor, now=now, data=data)


def asked_extension(case: Case, history: Sequence[Event]) -> Mapping[str, Any]:
    """Return what was asked for and is not decided yet; raise Hindered when nothing was."""
    clock = case.open_clock(MilestoneName.EXTENSION)
    asked = next((e for e in reversed(history) if e.type is EventType.EXTENSION_ASKED), None)
    if clock is None or asked is None:
        raise Hindered(Hindrance.NO_EXTENSION)
    return asked.data
