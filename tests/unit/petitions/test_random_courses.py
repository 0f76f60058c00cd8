"""Whatever is done to a petition in whatever order: its events rebuild it, and no clock is lost or held for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.petitions import hops, lifecycle, supervision
from bot.petitions.acts import Act
from bot.petitions.clock_acts import tick
from bot.petitions.deadlines import deadlines_for
from bot.petitions.evolution import replay
from bot.petitions.hindrances import doable
from bot.petitions.petition import Actor, Draft
from bot.petitions.rebuilding import differences
from bot.petitions.routing import Unit
from bot.petitions.vocabulary import Kind, MilestoneName, Rating, Role, State
from tests.terms import terms

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
UNITS = [Unit(id=one, name=one, short=one) for one in ("water", "roads", "parks")]
ACTORS = [
    Actor(role=Role.CITIZEN, id="wechat:main:u1"),
    Actor(role=Role.CLERK, id="wang"),
    Actor(role=Role.SUPERVISOR, id="zhao"),
    *(Actor(role=Role.OFFICER, id=f"o-{unit.id}", unit=unit.id) for unit in UNITS),
]
POLICY = terms("xinfang")


def do(case, act, actor, now, events):  # noqa: C901, PLR0911, PLR0912 -- every act there is
    plain = {"actor": actor, "now": now}
    common = {**plain, "terms": POLICY}
    match act:
        case Act.ACCEPT:
            return lifecycle.accept(case, **plain)
        case Act.REFUSE:
            return lifecycle.refuse(case, **plain, reason="r", elsewhere="e")
        case Act.FORWARD:
            return lifecycle.forward(case, **common, unit=UNITS[len(events) % 3])
        case Act.ANSWER:
            return lifecycle.answer(case, **plain, text="t", by="b")
        case Act.CLOSE:
            return lifecycle.close(case, **plain)
        case Act.WITHDRAW:
            return lifecycle.withdraw(case, **plain)
        case Act.RATE:
            return supervision.rate(case, **common, rating=Rating.DISSATISFIED)
        case Act.SIGN:
            return hops.sign(case, **common, by="b")
        case Act.RETURN:
            return hops.give_back(case, **common, reason="r", by="b")
        case Act.COHANDLE:
            free = [unit for unit in UNITS if unit.id not in {case.petition.unit, *case.petition.co_units}]
            return hops.cohandle(case, **common, units=free, lead="b") if free else None
        case Act.CONTRIBUTE:
            return hops.contribute(case, **common, text="t", by="b")
        case Act.ASK:
            return hops.ask(case, **common, question="q", by="b")
        case Act.SUPPLEMENT:
            return hops.supplement(case, **common, history=events, text="t")
        case Act.RESUME:
            return hops.resume(case, **common, history=events)
        case Act.EXTEND:
            return hops.extend(case, **common, history=events, amount=10, reason="r", by="b")
        case Act.GRANT:
            return hops.grant(case, **common, history=events)
        case Act.DENY:
            return hops.deny(case, **common, history=events, reason="r")
        case Act.CHASE:
            return supervision.chase(case, **common)
        case Act.SUPERVISE:
            return supervision.supervise(case, **common, reason="r")
        case Act.FEEDBACK:
            return supervision.feed_back(case, **common, text="t", by="b")
        case Act.REDO:
            return supervision.redo(case, **common, reason="r")
        case Act.REVIEW | Act.RECHECK:
            return supervision.review(case, act, **common, reason="r")
        case _:
            return supervision.decide(case, **common, text="t", by="b")


def due_first(case):
    return min(((m.next_at, m.key) for m in case.milestones if m.next_at is not None), default=None)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 40), st.integers(0, 200)), max_size=40))
def test_any_course_of_acts_and_clocks_follows_from_its_events(course):
    filed = lifecycle.file(
        Draft(kind=Kind.COMPLAINT, content="c"),
        number="WQ20261123-0000018",
        code="123456",
        citizen="wechat:main:u1",
        policy="xinfang",
        deadlines=deadlines_for(POLICY.policy, START, POLICY.calendar),
        now=START,
    )
    case, events, now = filed.case, list(filed.events), START
    for choice, who, hours in course:
        end = now + timedelta(hours=hours)
        while (due := due_first(case)) is not None and due[0] <= end:
            now = max(now, due[0])
            outcome = tick(case, due[1], now=now, terms=POLICY, history=events, unit_name="b")
            assert outcome is not None, due  # a clock that is due always does something
            case, events = outcome.case, [*events, *outcome.events]
        now = end
        actor = ACTORS[who % len(ACTORS)]
        acts = doable(case, actor, now=now, terms=POLICY)
        if not acts:
            continue
        outcome = do(case, acts[choice % len(acts)], actor, now, events)
        if outcome is not None:
            case, events = outcome.case, [*events, *outcome.events]
    assert replay(events) == case
    assert [event.seq for event in events] == list(range(1, case.petition.version + 1))
    assert len({clock.key for clock in case.milestones}) == len(case.milestones)
    assert list(differences(case, events, POLICY)) == []
    held = [clock.key for clock in case.milestones if clock.open and clock.paused_at is not None]
    assert (held != []) <= (case.petition.state is State.WAITING)
    assert all(clock.due_at >= clock.started_at for clock in case.milestones)
    if case.petition.state in {State.REFUSED, State.WITHDRAWN}:
        assert [clock.key for clock in case.milestones if clock.open] == []
    answers = [clock for clock in case.milestones if clock.name is MilestoneName.ANSWER]
    assert sum(clock.open for clock in answers) <= 1
