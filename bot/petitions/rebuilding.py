"""What the events say, beside what is stored: state field by field, and the due dates of the clocks that run.

A petition must follow from its events alone. Its running clocks must follow from the policy, the calendar of today and
what happened to them; a clock that ended keeps the date it was counted with then. A promise that was kept although the
calendar now gives an earlier date is no difference. Knows no storage.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from bot.petitions.evolution import replay
from bot.petitions.petition import Case, Event, Milestone
from bot.petitions.terms import Terms, course_of
from bot.petitions.vocabulary import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that does not follow: what it is (`state`, `answer due_at`), as stored, and as it should be."""

    number: str
    what: str
    stored: str
    rebuilt: str


def differences(stored: Case, events: Sequence[Event], terms: Terms) -> Iterator[Difference]:
    """Yield what of a petition does not follow from its events (all of them, oldest first)."""
    number = stored.petition.number
    if not events or events[0].type is not EventType.FILED:
        yield Difference(number=number, what="events", stored="", rebuilt="a filing")
        return
    rebuilt = replay(events)
    yield from _fields(number, "", stored.petition, rebuilt.petition)
    clocks = {clock.key: clock for clock in stored.milestones}
    for clock in rebuilt.milestones:
        if (kept := clocks.pop(clock.key, None)) is None:
            yield Difference(number=number, what=clock.key, stored="", rebuilt="a clock")
            continue
        yield from _fields(number, f"{clock.key} ", kept, clock)
        yield from _dates(clock, events, terms)
    for key in clocks:
        yield Difference(number=number, what=key, stored="a clock", rebuilt="")


def _fields(number: str, prefix: str, stored: object, rebuilt: object) -> Iterator[Difference]:
    for field in fields(stored):  # type: ignore[arg-type]  # petitions and milestones: dataclasses both
        was, should = getattr(stored, field.name), getattr(rebuilt, field.name)
        if was != should:
            yield Difference(number=number, what=f"{prefix}{field.name}", stored=f"{was}", rebuilt=f"{should}")


def _dates(clock: Milestone, events: Iterable[Event], terms: Terms) -> Iterator[Difference]:
    """Compare the dates of a running clock with those that policy and calendar give."""
    if not clock.running or clock.passed_at is not None:
        return
    history = tuple(events)
    found = terms.recount(clock, course_of(clock, history))
    if found is None:
        no_limit = f"no limit in {terms.policy.name}"
        yield Difference(number=clock.number, what=clock.key, stored=f"{clock.due_at}", rebuilt=no_limit)
        return
    if clock.due_at != found.due and not (found.due < clock.due_at and _kept(clock, history)):
        yield Difference(
            number=clock.number, what=f"{clock.key} counted", stored=f"{clock.due_at}", rebuilt=f"{found.due}"
        )


def _kept(clock: Milestone, history: Iterable[Event]) -> bool:
    """Tell whether a changed calendar would have moved the promise earlier, and it was kept."""
    moved = (event for event in history if event.type is EventType.RESCHEDULED)
    return any(row["milestone"] == clock.key for event in moved for row in event.data["clocks"])
