"""What the office's policy and calendar say about one petition: clocks that start, dates that move, windows, reasons.

Acts ask here for due dates and write them into their events, so that a replay needs neither policy nor calendar. The
pauses and extensions of a clock stand in the petition's own history; `course_of` reads them there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import local
from bot.messages import Reply
from bot.petitions.calendar import WorkCalendar
from bot.petitions.deadlines import Deadline, Extension, Pause, due
from bot.petitions.explanation import explain, step
from bot.petitions.petition import Event, Milestone
from bot.petitions.policy import Policy
from bot.petitions.vocabulary import EventType, MilestoneName


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What happened to one clock since it started: the pauses that ended, and the extensions granted."""

    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()


def course_of(clock: Milestone, history: Iterable[Event]) -> Course:
    """Read the course of a clock out of the petition's history (oldest first)."""
    pauses: list[Pause] = []
    extensions: list[Extension] = []
    since: datetime | None = None
    for event in history:
        if event.seq <= clock.seq:
            continue
        match event.type:
            case EventType.ASKED if event.data["pauses"] == clock.key:
                since = event.at
            case EventType.SUPPLEMENTED | EventType.RESUMED if since is not None:
                pauses.append(Pause(start=since, end=event.at))
                since = None
            case EventType.EXTENDED if event.data["extends"] == clock.key:
                extensions.append(Extension(amount=event.data["amount"]))
            case _:
                pass
    return Course(pauses=tuple(pauses), extensions=tuple(extensions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The policy a petition was filed under, and the calendar of today."""

    policy: Policy
    calendar: WorkCalendar

    def start(self, name: MilestoneName, at: datetime) -> Deadline | None:
        """Return the deadline of a clock that starts at `at`; None where the policy has no such clock."""
        rule = self.policy.rule(name)
        return due(rule, at, self.calendar, policy=self.policy.name) if rule else None

    def recount(self, clock: Milestone, course: Course) -> Deadline | None:
        """Return when a clock is due after all that happened to it; None where the policy no longer has it."""
        rule = self.policy.rule(clock.name)
        if rule is None:
            return None
        return due(
            rule,
            clock.started_at,
            self.calendar,
            pauses=course.pauses,
            extensions=course.extensions,
            policy=self.policy.name,
        )

    def explain(self, clock: Milestone, history: Iterable[Event]) -> tuple[Reply, ...]:
        """Return the steps that lead to a clock's due date, a phrase each; none without a rule."""
        rule = self.policy.rule(clock.name)
        if rule is None:
            return ()
        if clock.paused_at is not None:
            return (step("waiting", since=clock.paused_at),)
        course = course_of(clock, history)
        steps = explain(rule, clock.started_at, self.calendar, pauses=course.pauses, extensions=course.extensions)
        found = self.recount(clock, course)
        if found is None or found.due == clock.due_at:
            return steps
        return (*steps, step("promised", due=clock.due_at))

    def workdays_after(self, at: datetime, days: int) -> datetime:
        """Return the same time of day, so many working days after `at`."""
        today = local(at).date()
        return at + (self.calendar.add_workdays(today, days) - today)

    def chase_again(self, at: datetime) -> datetime:
        """Return from when on a further 催办 counts."""
        return self.workdays_after(at, self.policy.hops.chase_rest)

    def redo_until(self, answered: datetime) -> datetime:
        """Return until when an answer may be sent back after 不满意."""
        return self.workdays_after(answered, self.policy.hops.redo_window)

    def review_until(self, answered: datetime) -> datetime:
        """Return until when 复查 or 复核 of a reply may be asked for."""
        return answered + timedelta(days=self.policy.hops.review_window)
