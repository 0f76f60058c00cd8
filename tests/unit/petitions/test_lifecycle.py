"""Every act in every state by every role, the events it leaves, and the clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from bot.petitions import acts, hops, joining, lifecycle, supervision
from bot.petitions.acts import ROLES, TRANSITIONS, Act
from bot.petitions.clock_acts import tick
from bot.petitions.deadlines import Deadline
from bot.petitions.errors import Hindered, Incomplete, LeakRefused, NotAllowed, NotPossible
from bot.petitions.evolution import replay
from bot.petitions.hindrances import doable, redo_open
from bot.petitions.petition import CLOCK, Actor, Case, Draft, Milestone
from bot.petitions.routing import Unit
from bot.petitions.vocabulary import EventType, Kind, Lamp, MilestoneName, NoticeKind, Rating, Role, State
from bot.petitions.wording import provisional, word
from tests.phrasing import CHINESE
from tests.terms import terms

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
CITIZEN = "wechat:main:u1"
UNIT = Unit(id="chengguan", name="河滩区城管局", short="城管局", phone="0991-2222222")
HELPER = Unit(id="huanbao", name="河滩区环保局", short="环保局")
ACTORS = {
    Role.CITIZEN: Actor(role=Role.CITIZEN, id=CITIZEN),
    Role.CLERK: Actor(role=Role.CLERK, id="wang"),
    Role.OFFICER: Actor(role=Role.OFFICER, id="li", unit=UNIT.id),
    Role.SUPERVISOR: Actor(role=Role.SUPERVISOR, id="zhao"),
    Role.ADMIN: Actor(role=Role.ADMIN, id="root"),
    Role.CLOCK: CLOCK,
}
OTHER = Actor(role=Role.CITIZEN, id="wechat:main:u2")
CLERK, OWNER = ACTORS[Role.CLERK], ACTORS[Role.CITIZEN]
DEADLINES = (
    Deadline(
        name="response",
        start=NOW,
        due=NOW + timedelta(hours=8),
        warn_at=NOW + timedelta(hours=6),
        provisional=False,
        calendar_version="t",
    ),
    Deadline(
        name="answer",
        start=NOW,
        due=NOW + timedelta(days=11),
        warn_at=NOW + timedelta(days=10),
        provisional=True,
        calendar_version="t",
    ),
)
DRAFT = Draft(
    kind=Kind.COMPLAINT,
    content="楼下烧烤店\n每天油烟很大",
    place="和平路12号",
    latitude=43.8,
    longitude=87.6,
    attachments=("wechat:main:1",),
    phone="13812345678",
    public=True,
)


def filed(draft=DRAFT, deadlines=DEADLINES):
    return lifecycle.file(
        draft,
        number="WQ20261121-0000019",
        code="123456",
        citizen=CITIZEN,
        policy="urumqi",
        deadlines=deadlines,
        now=NOW,
    )


WAYS = {
    State.FILED: (),
    State.ACCEPTED: (Act.ACCEPT,),
    State.FORWARDED: (Act.FORWARD,),
    State.WAITING: (Act.FORWARD, Act.ASK),
    State.ANSWERED: (Act.FORWARD, Act.ANSWER),
    State.REVIEWING: (Act.FORWARD, Act.ANSWER, Act.REVIEW),
    State.RECHECKING: (Act.FORWARD, Act.ANSWER, Act.REVIEW, Act.DECIDE, Act.RECHECK),
    State.CLOSED: (Act.FORWARD, Act.ANSWER, Act.CLOSE),
    State.REFUSED: (Act.REFUSE,),
    State.WITHDRAWN: (Act.WITHDRAW,),
}


def do(case, act, *, actor, now=NOW, events=()):  # noqa: C901, PLR0911, PLR0912 -- every act there is
    plain = {"actor": actor, "now": now}
    common = {**plain, "terms": terms("xinfang")}
    match act:
        case Act.ACCEPT:
            return lifecycle.accept(case, **plain, note=" 已联系 ")
        case Act.REFUSE:
            return lifecycle.refuse(case, **plain, reason="已进入诉讼", elsewhere="法院")
        case Act.FORWARD:
            return lifecycle.forward(case, **common, unit=UNIT)
        case Act.ANSWER:
            return lifecycle.answer(case, **plain, text="已责令整改", by=UNIT.name)
        case Act.CLOSE:
            return lifecycle.close(case, **plain)
        case Act.WITHDRAW:
            return lifecycle.withdraw(case, **plain, reason="解决了")
        case Act.RATE:
            return supervision.rate(case, **common, rating=Rating.FAIR, words="还行")
        case Act.SIGN:
            return hops.sign(case, **common, by=UNIT.name)
        case Act.RETURN:
            return hops.give_back(case, **common, reason="不归我们管", by=UNIT.name)
        case Act.COHANDLE:
            return hops.cohandle(case, **common, units=[HELPER], lead=UNIT.name)
        case Act.CONTRIBUTE:
            return hops.contribute(case, **common, text="我们看过了", by=UNIT.name)
        case Act.ASK:
            return hops.ask(case, **common, question="是哪一栋楼？", by=UNIT.name)
        case Act.SUPPLEMENT:
            return hops.supplement(case, **common, history=events, text="三号楼")
        case Act.RESUME:
            return hops.resume(case, **common, history=events)
        case Act.EXTEND:
            return hops.extend(case, **common, history=events, amount=3, reason="要请专家", by=UNIT.name)
        case Act.GRANT:
            return hops.grant(case, **common, history=events)
        case Act.DENY:
            return hops.deny(case, **common, history=events, reason="时间够用")
        case _:
            return press(case, act, common)


def press(case, act, common):
    match act:
        case Act.CHASE:
            return supervision.chase(case, **common)
        case Act.SUPERVISE:
            return supervision.supervise(case, **common, reason="领导批示")
        case Act.FEEDBACK:
            return supervision.feed_back(case, **common, text="正在办", by=UNIT.name)
        case Act.REDO:
            return supervision.redo(case, **common, reason="没有解决")
        case Act.REVIEW | Act.RECHECK:
            return supervision.review(case, act, **common, reason="不同意答复")
        case Act.JOIN:
            return joining.join(case, **common)
        case Act.LEAVE:
            return joining.leave(case, **common)
        case _:
            assert act is Act.DECIDE
            return supervision.decide(case, **common, text="维持答复", by="市信访局")


def history(state):
    """Return the outcome list that leads to a state."""
    outcomes = [filed()]
    for act in WAYS[state]:
        actor = OWNER if act is Act.WITHDRAW else CLERK
        outcomes.append(do(outcomes[-1].case, act, actor=actor, now=NOW + timedelta(hours=len(outcomes))))
    return outcomes


def case_in(state):
    case = history(state)[-1].case
    assert case.petition.state is state
    return replace(case, petition=replace(case.petition, unit=UNIT.id))


def clock(name, *, met=False):
    """Return a clock that an earlier event started."""
    return Milestone(
        number="WQ20261121-0000019",
        name=name,
        started_at=NOW,
        due_at=NOW + timedelta(days=2),
        warn_at=None,
        seq=2,
        met_at=NOW if met else None,
    )


NEEDED = {
    Act.SIGN: MilestoneName.SIGN,
    Act.RETURN: MilestoneName.SIGN,
    Act.EXTEND: MilestoneName.ANSWER,
    Act.GRANT: MilestoneName.EXTENSION,
    Act.DENY: MilestoneName.EXTENSION,
    Act.FEEDBACK: MilestoneName.FEEDBACK,
}
"""The clock without which an act is hindered."""


def prepared(state, act):
    """Return a case in which nothing but state and role can keep the act from being done, and its events."""
    case = case_in(state)
    events = [event for outcome in history(state) for event in outcome.events]
    petition = replace(
        case.petition,
        co_units=(UNIT.id,) if act is Act.CONTRIBUTE else (),
        rating=Rating.DISSATISFIED if act is Act.REDO else None,
        reviews=int(act is Act.RECHECK or state is State.RECHECKING),
    )
    clocks = case.milestones
    if act in NEEDED and case.open_clock(NEEDED[act]) is None:
        clocks = (*clocks, clock(NEEDED[act]))
    if act is Act.RECHECK:
        clocks = (*clocks, clock(MilestoneName.REVIEW, met=True))
    if act in {Act.GRANT, Act.DENY}:
        data = {"amount": 3, "measure": "days", "reason": "r", "unit_name": "u", "extends": "answer"}
        events.append(replace(events[-1], seq=99, type=EventType.EXTENSION_ASKED, data=data))
    return Case(petition=petition, milestones=clocks), events


@pytest.mark.parametrize(
    ("draft", "actor", "error"),
    [
        (DRAFT, OWNER, NotAllowed),
        (DRAFT, CLERK, NotAllowed),
        (replace(DRAFT, public=False), OTHER, Hindered),
        (replace(DRAFT, kind=Kind.REPORT), OTHER, Hindered),
    ],
)
def test_only_others_join_only_what_is_public(draft, actor, error):
    with pytest.raises(error):
        do(filed(draft).case, Act.JOIN, actor=actor)


def test_heads_are_counted_by_the_events():
    outcomes = [filed()]
    for act in (Act.JOIN, Act.JOIN, Act.LEAVE, Act.JOIN):
        outcomes.append(do(outcomes[-1].case, act, actor=OTHER))
    events = [event for outcome in outcomes for event in outcome.events]
    assert [event.data["count"] for event in events[1:]] == [2, 3, 2, 3]
    assert replay(events) == outcomes[-1].case
    assert outcomes[-1].case.petition.joiners == 2


def test_joiners_hear_of_the_end_and_of_nobody():
    joined = do(filed().case, Act.JOIN, actor=OTHER)
    refused = do(joined.case, Act.REFUSE, actor=CLERK)
    assert (joining.ends(filed().case, joined), joining.ends(joined.case, refused)) == (False, True)
    told = joining.with_joiners(refused, [OTHER.id]).notices[-1]
    assert (told.kind, told.citizen, told.values["status"]) == (NoticeKind.JOINED_ENDED, OTHER.id, word(State.REFUSED))
    said = " ".join(CHINESE.text(value) for value in told.values.values())
    assert [word for word in ("油烟", "和平路", "1381", "法院", CITIZEN) if word in said] == []


@pytest.mark.parametrize(("asked", "may"), [(1, True), (0, False)])
def test_the_policy_says_whether_a_citizen_may_send_it_back(asked, may):
    case, _ = prepared(State.ANSWERED, Act.REDO)
    shipped = terms("xinfang")
    hops_ = replace(shipped.policy.hops, redo_asked=asked)
    own = replace(shipped, policy=replace(shipped.policy, hops=hops_))
    assert (Act.REDO in doable(case, OWNER, now=NOW, terms=own)) is may
    assert redo_open(case, now=NOW, terms=own) is may
    assert Act.REDO in doable(case, CLERK, now=NOW, terms=own)
    if not may:
        with pytest.raises(NotAllowed):
            supervision.redo(case, actor=OWNER, now=NOW, terms=own, reason="没解决")


LATER_ACTS = [act for act in Act if act is not Act.FILE]


@pytest.mark.parametrize(("state", "act", "role"), list(product(State, LATER_ACTS, Role)))
def test_every_act_is_done_or_refused_as_the_tables_say(state, act, role):
    (case, events), actor = prepared(state, act), ACTORS[role]
    if role is Role.CITIZEN and act in {Act.JOIN, Act.LEAVE}:
        actor = OTHER  # who filed it does not join it
    target = TRANSITIONS.get((state, act))
    if role not in ROLES[act]:
        with pytest.raises(NotAllowed):
            do(case, act, actor=actor, events=events)
    elif target is None:
        with pytest.raises(NotPossible) as caught:
            do(case, act, actor=actor, events=events)
        assert (caught.value.state, caught.value.act) == (state, act)
    else:
        outcome = do(case, act, actor=actor, events=events)
        assert outcome.case.petition.state is target
        assert outcome.case.petition.version == case.petition.version + 1
        assert [event.seq for event in outcome.events] == [outcome.case.petition.version]
    allowed = role in ROLES[act] and target is not None
    assert (act in acts.possible(case, actor)) == allowed
    assert (act in doable(case, actor, now=NOW, terms=terms("xinfang"))) == allowed


def test_the_table_of_transitions_stays():
    assert sorted(f"{state} {act} {target}" for (state, act), target in TRANSITIONS.items()) == TABLE.split("\n")


TABLE = """\
accepted answer answered
accepted ask waiting
accepted chase accepted
accepted deny accepted
accepted extend accepted
accepted feedback accepted
accepted forward forwarded
accepted grant accepted
accepted join accepted
accepted leave accepted
accepted refuse refused
accepted supervise accepted
accepted supplement accepted
accepted withdraw withdrawn
answered close closed
answered feedback answered
answered rate answered
answered recheck rechecking
answered redo forwarded
answered review reviewing
answered supervise answered
closed feedback closed
closed rate closed
closed recheck rechecking
closed redo forwarded
closed review reviewing
closed supervise closed
filed accept accepted
filed chase filed
filed feedback filed
filed forward forwarded
filed join filed
filed leave filed
filed refuse refused
filed supervise filed
filed supplement filed
filed withdraw withdrawn
forwarded answer answered
forwarded ask waiting
forwarded chase forwarded
forwarded cohandle forwarded
forwarded contribute forwarded
forwarded deny forwarded
forwarded extend forwarded
forwarded feedback forwarded
forwarded forward forwarded
forwarded grant forwarded
forwarded join forwarded
forwarded leave forwarded
forwarded return accepted
forwarded sign forwarded
forwarded supervise forwarded
forwarded supplement forwarded
forwarded withdraw withdrawn
rechecking chase rechecking
rechecking decide answered
rechecking feedback rechecking
rechecking supervise rechecking
reviewing chase reviewing
reviewing decide answered
reviewing feedback reviewing
reviewing supervise reviewing
waiting chase waiting
waiting contribute waiting
waiting deny waiting
waiting feedback waiting
waiting grant waiting
waiting join waiting
waiting leave waiting
waiting resume forwarded
waiting sign waiting
waiting supervise waiting
waiting supplement forwarded
waiting withdraw withdrawn"""


@pytest.mark.parametrize("state", list(State))
def test_the_case_is_what_its_events_say(state):
    outcomes = history(state)
    if (state, Act.RATE) in TRANSITIONS:
        outcomes.append(do(outcomes[-1].case, Act.RATE, actor=OWNER))
    events = [event for outcome in outcomes for event in outcome.events]
    assert replay(events) == outcomes[-1].case


def test_replay_includes_the_clock():
    outcomes = [filed()]
    for name, hours in [("response", 6), ("response", 8), ("answer", 24 * 10), ("answer", 24 * 11)]:
        outcome = tick(outcomes[-1].case, name, terms=terms(), now=NOW + timedelta(hours=hours))
        assert outcome is not None
        outcomes.append(outcome)
    events = [event for outcome in outcomes for event in outcome.events]
    assert [event.type for event in events[1:]] == [*[EventType.WARNED, EventType.PASSED] * 2, EventType.SUPERVISED]
    assert replay(events) == outcomes[-1].case


def test_filing_keeps_every_part_and_starts_the_clocks():
    case = filed().case
    petition = case.petition
    assert (petition.kind, petition.content, petition.place, petition.phone) == (
        Kind.COMPLAINT,
        DRAFT.content,
        "和平路12号",
        "13812345678",
    )
    assert (petition.latitude, petition.longitude, petition.public, petition.code) == (43.8, 87.6, True, "123456")
    assert (petition.citizen, petition.state, petition.version) == (CITIZEN, State.FILED, 1)
    assert petition.summary == "楼下烧烤店 每天油烟很大"
    assert [(m.name, m.started_at, m.due_at, m.provisional) for m in case.milestones] == [
        (MilestoneName.RESPONSE, NOW, NOW + timedelta(hours=8), False),
        (MilestoneName.ANSWER, NOW, NOW + timedelta(days=11), True),
    ]
    assert filed().events[0].data["attachments"] == ["wechat:main:1"]


def test_a_report_is_never_public_and_an_empty_petition_never_filed():
    assert filed(replace(DRAFT, kind=Kind.REPORT)).case.petition.public is False
    with pytest.raises(Incomplete):
        filed(replace(DRAFT, content=" \n"))


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (Act.ACCEPT, NoticeKind.ACCEPTED),
        (Act.REFUSE, NoticeKind.REFUSED),
        (Act.FORWARD, NoticeKind.FORWARDED),
    ],
)
def test_the_citizen_is_told_once_of_each_act(act, kind):
    outcome = do(filed().case, act, actor=CLERK)
    (notice,) = outcome.notices
    assert (notice.key, notice.kind, notice.citizen) == (f"WQ20261121-0000019:2:{kind}", kind, CITIZEN)
    assert (notice.values["number"], notice.values["kind"]) == ("WQ20261121-0000019", word(Kind.COMPLAINT))
    assert notice.values["answer_due"] == provisional(date(2026, 12, 2))


def test_a_forward_names_unit_and_phone_and_an_answer_its_text():
    forwarded = do(filed().case, Act.FORWARD, actor=CLERK)
    values = forwarded.notices[0].values
    assert (values["unit"], values["unit_phone"], values["status"]) == (
        "河滩区城管局",
        "0991-2222222",
        word(State.FORWARDED),
    )
    answered = do(forwarded.case, Act.ANSWER, actor=ACTORS[Role.OFFICER])
    assert answered.notices[0].values["answer"] == "已责令整改"


def test_withdrawing_and_rating_tell_nobody():
    assert do(filed().case, Act.WITHDRAW, actor=OWNER).notices == ()
    assert do(case_in(State.CLOSED), Act.RATE, actor=OWNER).notices == ()


@pytest.mark.parametrize(
    ("act", "met"),
    [(Act.ACCEPT, {"response"}), (Act.REFUSE, {"response"}), (Act.FORWARD, {"response"}), (Act.WITHDRAW, set())],
)
def test_acts_meet_their_clocks(act, met):
    case = do(filed().case, act, actor=OWNER if act is Act.WITHDRAW else CLERK).case
    assert {m.name.value for m in case.milestones if m.met_at is not None} == met
    ends = act in {Act.REFUSE, Act.WITHDRAW}
    assert all(not m.open for m in case.milestones) == ends


def test_an_answer_meets_both_clocks():
    case = do(do(filed().case, Act.ACCEPT, actor=CLERK).case, Act.ANSWER, actor=CLERK).case
    assert all(m.met_at is not None and not m.open for m in case.milestones)


@pytest.mark.parametrize("field", ["reason", "elsewhere"])
def test_a_refusal_says_why_and_where_to_go(field):
    words = {"reason": "a", "elsewhere": "b"} | {field: " "}
    with pytest.raises(Incomplete) as caught:
        lifecycle.refuse(filed().case, actor=CLERK, now=NOW, **words)
    assert caught.value.field == field


def test_an_answer_has_words():
    with pytest.raises(Incomplete) as caught:
        lifecycle.answer(case_in(State.FORWARDED), actor=CLERK, now=NOW, text="  ", by="x")
    assert caught.value.field == "text"


def test_an_officer_acts_only_for_the_own_unit_and_a_citizen_only_on_the_own_petition():
    case = do(filed().case, Act.FORWARD, actor=CLERK).case
    with pytest.raises(NotAllowed):
        do(case, Act.ANSWER, actor=Actor(role=Role.OFFICER, id="x", unit="shuiwu"))
    with pytest.raises(NotAllowed):
        do(filed().case, Act.WITHDRAW, actor=Actor(role=Role.CITIZEN, id="wechat:main:u2"))
    unassigned = replace(filed().case, petition=replace(filed().case.petition, state=State.FORWARDED))
    with pytest.raises(NotAllowed):
        do(unassigned, Act.ANSWER, actor=Actor(role=Role.OFFICER, id="x", unit=""))


@pytest.mark.parametrize(
    ("kind", "role", "note", "refused"),
    [
        (Kind.REPORT, Role.CLERK, "", True),
        (Kind.REPORT, Role.CLERK, "理由", True),
        (Kind.REPORT, Role.SUPERVISOR, "", True),
        (Kind.REPORT, Role.SUPERVISOR, "经纪委同意", False),
        (Kind.COMPLAINT, Role.CLERK, "", False),
    ],
)
def test_a_report_does_not_reach_whom_it_names(kind, role, note, refused):
    case = filed(replace(DRAFT, kind=kind)).case
    common = {"actor": ACTORS[role], "now": NOW, "unit": UNIT, "note": note, "barred": frozenset({UNIT.id})}
    if refused:
        with pytest.raises(LeakRefused):
            lifecycle.forward(case, **common)
    else:
        assert lifecycle.forward(case, **common).case.petition.unit == UNIT.id


@pytest.mark.parametrize(
    ("name", "hours", "event", "notice"),
    [
        ("response", 5.9, None, None),
        ("response", 6, EventType.WARNED, None),
        ("response", 8, EventType.PASSED, NoticeKind.RESPONSE_OVERDUE),
        ("answer", 239, None, None),
        ("answer", 240, EventType.WARNED, NoticeKind.ANSWER_DUE_SOON),
        ("answer", 264, EventType.PASSED, NoticeKind.ANSWER_OVERDUE),
    ],
)
def test_the_clock_warns_and_passes_once(name, hours, event, notice):
    now = NOW + timedelta(hours=hours)
    outcome = tick(filed().case, name, terms=terms(), now=now)
    if event is None:
        assert outcome is None
        return
    assert outcome is not None
    by_rule = [EventType.SUPERVISED] if notice is NoticeKind.ANSWER_OVERDUE else []
    assert [one.type for one in outcome.events] == [event, *by_rule]
    assert [one.kind for one in outcome.notices] == ([notice] if notice else [])
    assert tick(outcome.case, name, terms=terms(), now=now) is None


def test_a_clock_that_is_met_or_not_there_does_not_tick():
    late = NOW + timedelta(days=30)
    assert tick(do(filed().case, Act.ACCEPT, actor=CLERK).case, "response", terms=terms(), now=late) is None
    assert tick(filed(deadlines=()).case, "answer", terms=terms(), now=late) is None


@pytest.mark.parametrize(
    ("hours", "lamp"), [(0, Lamp.GREEN), (6, Lamp.YELLOW), (8, Lamp.YELLOW), (8.1, Lamp.RED), (300, Lamp.RED)]
)
def test_the_lamp_is_the_worst_of_the_open_clocks(hours, lamp):
    assert filed().case.lamp(NOW + timedelta(hours=hours)) is lamp


def test_a_case_without_open_clocks_has_no_lamp():
    case = case_in(State.CLOSED)
    assert case.lamp(NOW + timedelta(days=99)) is Lamp.NONE
    assert Case(petition=case.petition, milestones=()).lamp(NOW) is Lamp.NONE
