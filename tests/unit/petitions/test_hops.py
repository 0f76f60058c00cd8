"""The hops one by one: what keeps an act from being done, what it does to the clocks, and what the citizen is told."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.petitions import acts, hops, lifecycle, supervision
from bot.petitions.acts import Act
from bot.petitions.clock_acts import tick
from bot.petitions.deadlines import deadlines_for
from bot.petitions.errors import Hindered, Hindrance, Incomplete, LeakRefused, NotAllowed
from bot.petitions.evolution import replay
from bot.petitions.petition import Actor, Draft
from bot.petitions.routing import Unit
from bot.petitions.vocabulary import EventType, Kind, Lamp, MilestoneName, NoticeKind, Rating, Role, State
from tests.phrasing import said
from tests.terms import terms

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""10:00 in Beijing; the answer is due on 2 December."""
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WATER = Unit(id="water", name="市水务局", short="水务局")
ROADS = Unit(id="roads", name="市交通局", short="交通局")
PARKS = Unit(id="parks", name="市园林局", short="园林局")
CITIZEN = Actor(role=Role.CITIZEN, id="wechat:main:u1")
CLERK = Actor(role=Role.CLERK, id="wang")
BOSS = Actor(role=Role.SUPERVISOR, id="zhao")
OFFICER = Actor(role=Role.OFFICER, id="li", unit="water")
HELPER = Actor(role=Role.OFFICER, id="ma", unit="roads")


class Story:
    """One petition, its history and its notices; every step is checked against a replay."""

    def __init__(self, kind=Kind.COMPLAINT, content="井盖坏了", policy="urumqi"):
        self.terms, self.now, self.events, self.notices = terms(policy), MONDAY, [], []
        filed = lifecycle.file(
            Draft(kind=kind, content=content),
            number="WQ20261123-0000018",
            code="123456",
            citizen=CITIZEN.id,
            policy=policy,
            deadlines=deadlines_for(self.terms.policy, MONDAY, self.terms.calendar),
            now=MONDAY,
        )
        self.keep(filed)

    def keep(self, outcome):
        self.case = outcome.case
        self.events += outcome.events
        self.notices += [notice.kind for notice in outcome.notices]
        assert replay(self.events) == self.case
        return outcome

    def does(self, function, actor, **fields):
        common = {"actor": actor, "now": self.now, "terms": self.terms}
        return self.keep(function(self.case, **common, **fields))

    def waits(self, **span):
        """Let time pass, and every clock do what it does on the way."""
        end = self.now + timedelta(**span)
        while due := min((m.next_at, m.key) for m in [*self.case.milestones, NEVER] if m.next_at is not None):
            if due[0] > end:
                break
            self.now = max(self.now, due[0])
            outcome = tick(self.case, due[1], now=self.now, terms=self.terms, history=self.events, unit_name=WATER.name)
            self.keep(outcome)
        self.now = end

    def forwarded(self, unit=WATER, times=1):
        for _ in range(times):
            self.does(lifecycle.forward, CLERK, unit=unit)
        return self

    def answered(self):
        common = {"actor": OFFICER, "now": self.now}
        self.keep(lifecycle.answer(self.case, **common, text="已修", by=WATER.name))
        return self

    def rated(self, rating=Rating.DISSATISFIED):
        return self.does(supervision.rate, CITIZEN, rating=rating)

    def clock(self, name):
        return self.case.milestone(name)


class Never:
    next_at = datetime(9999, 1, 1, tzinfo=UTC)
    key = ""


NEVER = Never()


@pytest.fixture
def story():
    return Story()


def hindered(story, function, actor, **fields):
    before = story.case
    with pytest.raises(Hindered) as caught:
        story.does(function, actor, **fields)
    assert story.case is before
    return caught.value.why


def beijing(moment):
    return f"{moment + timedelta(hours=8):%m-%d %H:%M:%S}"


# --- signing and returning ------------------------------------------------------------------------------------------


def test_a_dispatch_is_signed_for_and_the_answer_still_runs_from_filing(story):
    story.waits(hours=5)
    story.forwarded()
    sign = story.clock(MilestoneName.SIGN)
    assert (sign.key, beijing(sign.due_at)) == ("sign:2", "11-24 23:59:59")
    story.waits(hours=3)
    story.does(hops.sign, OFFICER, by=WATER.name)
    assert story.clock(MilestoneName.SIGN).met_at == story.now
    assert (story.clock(MilestoneName.ANSWER).started_at, beijing(story.clock(MilestoneName.ANSWER).due_at)) == (
        MONDAY,
        "12-02 23:59:59",
    )
    assert story.notices == [NoticeKind.FORWARDED, NoticeKind.SIGNED]
    assert hindered(story, hops.sign, OFFICER, by=WATER.name) is Hindrance.SIGNED
    assert hindered(story, hops.give_back, OFFICER, reason="x", by=WATER.name) is Hindrance.SIGNED


def test_silence_counts_as_taken(story):
    story.forwarded().waits(days=2)
    sign = story.clock(MilestoneName.SIGN)
    last = story.events[-1]
    assert (last.type, last.role, last.data["silent"]) == (EventType.SIGNED, Role.CLOCK, True)
    assert sign.met_at == sign.passed_at == sign.due_at
    assert story.notices == [NoticeKind.FORWARDED, NoticeKind.SIGNED]
    assert hindered(story, hops.give_back, OFFICER, reason="x", by=WATER.name) is Hindrance.SIGNED


def test_what_an_officer_does_signs_by_itself(story):
    story.forwarded()
    story.does(hops.ask, OFFICER, question="哪里？", by=WATER.name)
    assert story.clock(MilestoneName.SIGN).met_at == story.now


def test_a_return_goes_back_to_the_office_and_the_third_dispatch_stays(story):
    story.forwarded()
    with pytest.raises(Incomplete):
        story.does(hops.give_back, OFFICER, reason=" ", by=WATER.name)
    story.does(hops.give_back, OFFICER, reason="归交通局", by=WATER.name)
    assert (story.case.petition.state, story.case.petition.unit) == (State.ACCEPTED, "")
    story.forwarded(times=2)
    assert [event.data["designated"] for event in story.events if event.type is EventType.FORWARDED] == [
        False,
        False,
        True,
    ]
    assert hindered(story, hops.give_back, OFFICER, reason="x", by=WATER.name) is Hindrance.DESIGNATED
    assert [m.key for m in story.case.milestones if m.name is MilestoneName.SIGN] == ["sign:2", "sign:4", "sign:5"]
    assert [m.open for m in story.case.milestones if m.name is MilestoneName.SIGN] == [False, False, True]


def test_a_return_comes_in_time_or_not_at_all(story):
    story.forwarded()
    story.now += 2 * DAY  # the clocks have not been swept yet
    assert hindered(story, hops.give_back, OFFICER, reason="x", by=WATER.name) is Hindrance.RETURN_LATE


# --- helpers --------------------------------------------------------------------------------------------------------


def test_every_helper_has_a_clock_and_only_gives_an_opinion(story):
    story.forwarded()
    story.does(hops.cohandle, CLERK, units=[ROADS, PARKS], lead=WATER.name, note="请配合")
    keys = [m.key for m in story.case.milestones if m.name is MilestoneName.COHANDLE]
    assert keys == ["cohandle:roads:3", "cohandle:parks:3"]
    assert story.case.petition.co_units == ("roads", "parks")
    assert acts.possible(story.case, HELPER) == (Act.CONTRIBUTE,)
    with pytest.raises(NotAllowed):
        lifecycle.answer(story.case, actor=HELPER, now=story.now, text="x", by=ROADS.name)
    story.does(hops.contribute, HELPER, text="路面由我们修", by=ROADS.name)
    assert [story.case.clock(key).open for key in keys] == [False, True]
    story.does(hops.contribute, HELPER, text="已约好时间", by=ROADS.name)
    story.answered()
    assert [story.case.clock(key).met_at is None for key in keys] == [False, True]
    assert not story.case.clock(keys[1]).open
    assert story.notices == [NoticeKind.FORWARDED, NoticeKind.COHANDLED, NoticeKind.ANSWERED]


@pytest.mark.parametrize("units", [[WATER], [PARKS, PARKS], [ROADS]])
def test_no_unit_helps_twice_or_itself(story, units):
    story.forwarded()
    story.does(hops.cohandle, CLERK, units=[ROADS], lead=WATER.name)
    assert hindered(story, hops.cohandle, CLERK, units=units, lead=WATER.name) is Hindrance.TWICE


def test_a_report_reaches_no_helper_it_names():
    story = Story(kind=Kind.REPORT, content="市交通局有人收钱").forwarded()
    fields = {"units": [ROADS], "lead": WATER.name, "barred": frozenset({"roads"})}
    with pytest.raises(LeakRefused):
        story.does(hops.cohandle, CLERK, **fields)
    with pytest.raises(Incomplete):
        story.does(hops.cohandle, CLERK, units=[], lead=WATER.name)
    story.does(hops.cohandle, BOSS, **fields, note="经纪委同意")
    story.forwarded(PARKS)
    assert story.case.petition.co_units == ()


# --- asking the citizen ---------------------------------------------------------------------------------------------


def test_a_question_stops_the_answer_clock_and_the_answer_starts_it(story):
    story.forwarded().waits(days=1)
    story.does(hops.ask, OFFICER, question="哪一栋？", by=WATER.name)
    answer = story.clock(MilestoneName.ANSWER)
    assert (story.case.petition.state, answer.paused_at, answer.next_at) == (State.WAITING, story.now, None)
    assert answer.lamp(story.now + 9 * DAY) is Lamp.NONE
    story.waits(days=2)
    story.does(hops.supplement, CITIZEN, history=story.events, text="三号楼", attachments=["wechat:main:9"])
    answer = story.clock(MilestoneName.ANSWER)
    assert (story.case.petition.state, answer.paused_at) == (State.FORWARDED, None)
    # 24 and 25 November do not count: two working days later than 2 December.
    assert beijing(answer.due_at) == "12-04 23:59:59"
    assert story.clock(MilestoneName.SUPPLEMENT).met_at == story.now
    assert story.notices == [NoticeKind.FORWARDED, NoticeKind.ASKED]


def test_a_question_left_open_is_dropped_and_the_citizen_is_told(story):
    story.forwarded().waits(days=1)
    story.does(hops.ask, CLERK, question="哪一栋？", by="办公室")
    until = story.clock(MilestoneName.SUPPLEMENT).due_at
    assert beijing(until) == "12-01 23:59:59"
    story.waits(days=8)
    assert (story.case.petition.state, story.clock(MilestoneName.SUPPLEMENT).ended_at) == (State.FORWARDED, until)
    assert story.clock(MilestoneName.ANSWER).running
    # stopped from 24 November to 30 November: five working days
    assert beijing(story.clock(MilestoneName.ANSWER).due_at) == "12-09 23:59:59"
    assert story.notices[-1] is NoticeKind.RESUMED


def test_a_supplement_is_welcome_at_any_time_and_moves_nothing(story):
    before = story.clock(MilestoneName.ANSWER)
    story.does(hops.supplement, CITIZEN, history=story.events, text="又漏了")
    assert (story.case.petition.state, story.clock(MilestoneName.ANSWER)) == (State.FILED, before)
    with pytest.raises(Incomplete):
        story.does(hops.supplement, CITIZEN, history=story.events, text=" ")


def test_a_question_after_the_limit_does_not_bring_it_back(story):
    story.forwarded().waits(days=10)
    story.does(hops.ask, OFFICER, question="哪一栋？", by=WATER.name)
    assert story.clock(MilestoneName.ANSWER).lamp(story.now) is Lamp.RED
    story.does(hops.resume, OFFICER, history=story.events)
    assert beijing(story.clock(MilestoneName.ANSWER).due_at) == "12-02 23:59:59"


def test_the_office_itself_has_the_petition_again_when_no_unit_has(story):
    story.keep(lifecycle.accept(story.case, actor=CLERK, now=story.now))
    story.does(hops.ask, CLERK, question="哪一栋？", by="办公室")
    story.does(hops.resume, CLERK, history=story.events)
    assert story.case.petition.state is State.ACCEPTED


# --- extension ------------------------------------------------------------------------------------------------------


def test_an_extension_is_asked_for_granted_and_told(story):
    story.forwarded()
    ask = {"history": story.events, "amount": 3, "reason": "要请专家", "by": WATER.name}
    story.does(hops.extend, OFFICER, **ask)
    assert beijing(story.clock(MilestoneName.EXTENSION).due_at) == "11-24 23:59:59"
    assert hindered(story, hops.extend, OFFICER, **ask) is Hindrance.EXTENSION_PENDING
    outcome = story.does(hops.grant, BOSS, history=story.events)
    assert beijing(story.clock(MilestoneName.ANSWER).due_at) == "12-07 23:59:59"
    values = outcome.notices[0].values
    assert (values["reason"], *said(values["changes"])) == ("要请专家", "由12月2日（星期三）延长到12月7日（星期一）")
    assert hindered(story, hops.extend, OFFICER, **ask) is Hindrance.EXTENSIONS_SPENT
    assert hindered(story, hops.grant, BOSS, history=story.events) is Hindrance.NO_EXTENSION


def test_a_denied_extension_leaves_the_promise_and_tells_nobody(story):
    story.forwarded()
    story.does(hops.extend, OFFICER, history=story.events, amount=3, reason="忙", by=WATER.name)
    story.does(hops.deny, BOSS, history=story.events, reason="时间够")
    assert beijing(story.clock(MilestoneName.ANSWER).due_at) == "12-02 23:59:59"
    assert (story.case.petition.extensions, story.notices) == (0, [NoticeKind.FORWARDED])


def test_an_extension_is_asked_for_before_the_limit_and_within_its_bounds(story):
    late = Story().forwarded()
    late.waits(days=10)
    fields = {"history": late.events, "reason": "忙", "by": WATER.name}
    assert hindered(late, hops.extend, OFFICER, amount=1, **fields) is Hindrance.ANSWER_PASSED
    long = Story(policy="xinfang").forwarded()
    assert hindered(long, hops.extend, OFFICER, amount=31, **fields) is Hindrance.EXTENSION_TOO_LONG
    with pytest.raises(Incomplete):
        story.forwarded().does(hops.extend, OFFICER, amount=0, **fields)
    assert hindered(story.answered(), supervision.feed_back, OFFICER, text="x", by="y") is Hindrance.NO_FEEDBACK


def test_an_extension_granted_after_the_limit_brings_it_back(story):
    story.forwarded().waits(days=9)
    story.does(hops.extend, OFFICER, history=story.events, amount=3, reason="忙", by=WATER.name)
    story.waits(days=1)
    assert story.clock(MilestoneName.ANSWER).passed_at is not None
    story.does(hops.grant, BOSS, history=story.events)
    answer = story.clock(MilestoneName.ANSWER)
    assert (answer.passed_at, answer.lamp(story.now)) == (None, Lamp.GREEN)


def test_extension_and_pause_come_to_the_same_in_either_order():
    def paused(story):
        story.does(hops.ask, OFFICER, question="？", by=WATER.name)
        story.waits(days=2)
        story.does(hops.supplement, CITIZEN, history=story.events, text="好")

    def extended(story):
        story.does(hops.extend, OFFICER, history=story.events, amount=2, reason="忙", by=WATER.name)
        story.does(hops.grant, BOSS, history=story.events)

    one, other = Story().forwarded(), Story().forwarded()
    paused(one)
    extended(one)
    extended(other)
    paused(other)
    assert one.clock(MilestoneName.ANSWER).due_at == other.clock(MilestoneName.ANSWER).due_at
    assert beijing(one.clock(MilestoneName.ANSWER).due_at) == "12-07 23:59:59"


# --- supervision, redo, review --------------------------------------------------------------------------------------


def test_supervision_by_hand_is_answered_in_writing(story):
    story.forwarded()
    story.does(supervision.supervise, BOSS, reason="领导批示")
    assert beijing(story.clock(MilestoneName.FEEDBACK).due_at) == "11-26 23:59:59"
    assert hindered(story, supervision.supervise, BOSS, reason="x") is Hindrance.SUPERVISED
    story.does(supervision.feed_back, OFFICER, text="明天修", by=WATER.name)
    assert not story.clock(MilestoneName.FEEDBACK).open
    assert story.notices == [NoticeKind.FORWARDED, NoticeKind.SUPERVISED]


def test_an_overdue_answer_is_supervised_and_told_once(story):
    story.forwarded()
    story.does(hops.sign, OFFICER, by=WATER.name)
    story.waits(days=10)
    assert [event.type for event in story.events[-3:]] == [
        EventType.WARNED,
        EventType.PASSED,
        EventType.SUPERVISED,
    ]
    assert story.notices[2:] == [NoticeKind.ANSWER_DUE_SOON, NoticeKind.ANSWER_OVERDUE]
    assert story.events[-1].data["ground"] == "overdue"


def test_the_third_chase_leads_to_supervision(story):
    story.forwarded()
    for count in (1, 2, 3):
        story.does(supervision.chase, CITIZEN, words="快点")
        assert story.case.petition.chases == count
        assert hindered(story, supervision.chase, CITIZEN) is Hindrance.CHASED_LATELY
        story.now += DAY
    assert (story.events[-1].type, story.events[-1].data["ground"]) == (EventType.SUPERVISED, "chased")
    assert story.notices == [NoticeKind.FORWARDED, NoticeKind.SUPERVISED]


def test_a_chase_rests_a_working_day(story):
    story.now += 4 * DAY  # Friday
    story.does(supervision.chase, CITIZEN)
    story.now += 2 * DAY
    assert hindered(story, supervision.chase, CITIZEN) is Hindrance.CHASED_LATELY
    story.now += DAY
    story.does(supervision.chase, CITIZEN)


def test_what_was_not_satisfying_is_done_again_once_and_then_supervised(story):
    story.forwarded().answered()
    assert hindered(story, supervision.redo, CLERK, reason="x") is Hindrance.NOT_DISSATISFIED
    story.rated()
    story.rated()  # with words this time: the same judgement
    story.waits(days=1)
    story.does(supervision.redo, CLERK, reason="没有解决")
    assert (story.case.petition.state, story.case.petition.rating) == (State.FORWARDED, None)
    assert [m.key for m in story.case.milestones if m.name is MilestoneName.ANSWER] == ["answer", "answer:6"]
    assert beijing(story.clock(MilestoneName.ANSWER).due_at) == "12-03 23:59:59"
    story.answered()
    assert not story.clock(MilestoneName.ANSWER).open
    story.rated()
    assert (story.events[-1].type, story.events[-1].data["ground"]) == (EventType.SUPERVISED, "dissatisfied")
    story.rated()
    assert story.events[-1].type is EventType.RATED
    assert hindered(story, supervision.redo, CLERK, reason="x") is Hindrance.REDOS_SPENT


def test_a_redo_comes_within_its_window(story):
    story.forwarded().answered()
    story.rated()
    story.now += 14 * DAY
    story.does(supervision.redo, CLERK, reason="没有解决")
    late = Story().forwarded().answered()
    late.rated()
    late.now += 14 * DAY + HOUR
    assert hindered(late, supervision.redo, CLERK, reason="x") is Hindrance.REDO_LATE


def test_a_pause_before_a_redo_does_not_move_the_new_clock(story):
    story.forwarded()
    story.does(hops.ask, OFFICER, question="？", by=WATER.name)
    story.waits(days=2)
    story.does(hops.supplement, CITIZEN, history=story.events, text="好")
    story.answered()
    story.rated()
    story.does(supervision.redo, CLERK, reason="没有解决")
    story.does(hops.ask, OFFICER, question="？", by=WATER.name)
    story.waits(days=1)
    story.does(hops.supplement, CITIZEN, history=story.events, text="好")
    assert beijing(story.clock(MilestoneName.ANSWER).due_at) == "12-04 23:59:59"


def test_a_reply_is_reviewed_and_rechecked_where_the_policy_says_so(story):
    assert hindered(story.forwarded().answered(), supervision.review, CITIZEN, act=Act.REVIEW, reason="x") is (
        Hindrance.NO_REVIEW
    )
    letter = Story(policy="xinfang").forwarded().answered()
    assert hindered(letter, supervision.review, CITIZEN, act=Act.RECHECK, reason="x") is Hindrance.NO_REVIEW
    letter.does(supervision.review, CITIZEN, act=Act.REVIEW, reason="不同意")
    assert (letter.case.petition.state, letter.clock(MilestoneName.REVIEW).key) == (State.REVIEWING, "review:4")
    assert beijing(letter.clock(MilestoneName.REVIEW).due_at) == "12-23 23:59:59"
    letter.waits(days=31)
    assert letter.notices[-1] is NoticeKind.REVIEW_OVERDUE
    letter.does(supervision.decide, BOSS, text="维持", by="信访局")
    letter.now += 31 * DAY
    assert hindered(letter, supervision.review, CITIZEN, act=Act.RECHECK, reason="x") is Hindrance.REVIEW_LATE
    letter.now -= 2 * DAY
    letter.does(supervision.review, CLERK, act=Act.RECHECK, reason="不同意")
    letter.does(supervision.decide, BOSS, text="维持", by="信访局")
    assert hindered(letter, supervision.review, CITIZEN, act=Act.RECHECK, reason="x") is Hindrance.NO_REVIEW
    assert letter.notices[2:] == [
        NoticeKind.REVIEW_TAKEN,
        NoticeKind.REVIEW_OVERDUE,
        NoticeKind.REVIEWED,
        NoticeKind.REVIEW_TAKEN,
        NoticeKind.REVIEWED,
    ]


# --- lamps ----------------------------------------------------------------------------------------------------------


def test_the_lamp_of_a_hop_counts_and_the_worst_shows(story):
    story.forwarded()
    assert story.case.lamp(story.now) is Lamp.GREEN
    morning = MONDAY + 23 * HOUR  # Tuesday 09:00: the last working day to sign
    assert [story.case.lamp(at) for at in (morning - HOUR, morning)] == [Lamp.GREEN, Lamp.YELLOW]
    assert story.case.lamp(MONDAY + 2 * DAY) is Lamp.RED
    assert story.clock(MilestoneName.ANSWER).lamp(MONDAY + 2 * DAY) is Lamp.GREEN


def test_the_reasons_of_a_date_name_pause_and_extension(story):
    story.forwarded()
    story.does(hops.ask, OFFICER, question="？", by=WATER.name)
    assert said(*story.terms.explain(story.clock(MilestoneName.ANSWER), story.events)) == (
        "2026年11月23日 10:00起等市民补充，暂停计时；补充以后接着算。",
    )
    story.waits(days=2)
    story.does(hops.supplement, CITIZEN, history=story.events, text="好")
    story.does(hops.extend, OFFICER, history=story.events, amount=1, reason="忙", by=WATER.name)
    story.does(hops.grant, BOSS, history=story.events)
    assert said(*story.terms.explain(story.clock(MilestoneName.ANSWER), story.events)) == (
        "2026年11月23日（星期一）收到，当天不计，从次日起算。",
        "期限7个工作日，经批准延长1个工作日，共8个工作日。",
        "11月24日暂停计时，不计入。",
        "周末不计入：11月28日至11月29日。",
        "第8个工作日是2026年12月4日（星期五），期限到当天23:59:59为止。",
        f"工作日历版本：{story.terms.calendar.version}。",
    )
