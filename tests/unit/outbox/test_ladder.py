"""The reach ladder: every reach state × every kind of notice, on both platforms.

What is expected is stated here by itself, as what each form needs: a form is permitted when nothing that it needs is
missing, and the first thing missing is the reason why it is not. The whole product is checked, and written out as a
table to be read in `ladder.md`; write it anew with `python -m tests.unit.outbox.test_ladder` and read the difference.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from adapters.platform import Rung, Subscription
from bot.outbox.ladder import (
    FORMS_WITH_MENTIONS,
    PRIVATE_FORMS,
    AccountForms,
    Decision,
    Notice,
    ReachState,
    Why,
    decide,
)
from bot.petitions.vocabulary import NoticeKind

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TABLE = Path(__file__).with_name("ladder.md")
ONCE, LASTING = Subscription(template="once", lasting=False), Subscription(template="lasting", lasting=True)

# --- everything that can be ----------------------------------------------------------------------------------------

WINDOWS = {
    "never wrote": (None, 0),
    "open, 1 left": (NOW + DAY, 1),
    "open, none left": (NOW + DAY, 0),
    "closes in 10 s": (NOW + timedelta(seconds=10), 5),
    "shut": (NOW - DAY, 5),
}
FOLLOWS = {"follows": True, "left": False}
CONSENTS: Mapping[str, Mapping[str, int]] = {
    "no consent": {},
    "one consent": {"once": 1},
    "lasting consent": {"lasting": 1},
}
FAILED: Mapping[str, Mapping[str, timedelta]] = {
    "": {},
    "no 客服消息 arrives": {"message": timedelta(0)},
    "no template arrives": {"template": timedelta(0)},
    "neither arrived, but heard since": {"message": -DAY, "template": -DAY},
}
MENTIONS = {"": (False, False), "mention": (True, False), "in public": (False, True), "mention in public": (True, True)}
TEMPLATES = {"template": True, "no template": False}
SUBSCRIPTIONS = {
    "no 订阅": (),
    "one-time 订阅": (ONCE,),
    "long-term 订阅": (LASTING,),
    "both 订阅": (LASTING, ONCE),
}
SAYINGS: Mapping[str, Notice] = {
    **{f"notice.{kind}": Notice(of_petition=True) for kind in NoticeKind},
    "reply": Notice(of_petition=False),
    "mention": Notice(of_petition=False, answers_mention=True),
}
"""Every kind of message there is: the notices, the reply that came too late, the answer to a mention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One cell: its labels, and what stands behind them."""

    labels: tuple[str, ...]
    notice: Notice
    reach: ReachState
    account: AccountForms

    def decided(self) -> Decision:
        return decide(self.notice, self.reach, now=NOW, account=self.account)


def reach_of(window: str, follows: str, consent: str, failed: str, mention: str) -> ReachState:
    until, left = WINDOWS[window]
    permits, place = MENTIONS[mention]
    return ReachState(
        seen=window != "never wrote",
        last_seen=None if window == "never wrote" else NOW - DAY,
        following=FOLLOWS[follows],
        window_until=until,
        window_left=left,
        granted=CONSENTS[consent],
        did_not_reach={rung: NOW - DAY + ago for rung, ago in FAILED[failed].items()},
        mention_permits=permits,
        in_public=place,
    )


def on_wechat() -> Iterator[Case]:
    for saying, window, follows, consent, failed, template, subs in product(
        SAYINGS, WINDOWS, FOLLOWS, CONSENTS, FAILED, TEMPLATES, SUBSCRIPTIONS
    ):
        if saying == "mention":
            continue  # there are none on WeChat
        account = AccountForms(forms=PRIVATE_FORMS, template=TEMPLATES[template], subscriptions=SUBSCRIPTIONS[subs])
        yield Case(
            labels=(saying, window, follows, consent, failed, template, subs),
            notice=SAYINGS[saying],
            reach=reach_of(window, follows, consent, failed, ""),
            account=account,
        )


def on_weibo() -> Iterator[Case]:
    for saying, window, follows, failed, mention in product(SAYINGS, WINDOWS, FOLLOWS, FAILED, MENTIONS):
        yield Case(
            labels=(saying, window, follows, failed, mention),
            notice=SAYINGS[saying],
            reach=reach_of(window, follows, "no consent", failed, mention),
            account=AccountForms(forms=FORMS_WITH_MENTIONS),
        )


# --- what each form needs ------------------------------------------------------------------------------------------

Needs = tuple[tuple[str, Why], ...]
"""Facts, each with what is said when it is missing; asked in this order."""

NEEDS: Mapping[Rung, Needs] = {
    Rung.MESSAGE: (
        ("heard of", Why.NEVER_SEEN),
        ("客服消息 arrives", Why.DID_NOT_REACH),
        ("window open", Why.WINDOW_SHUT),
        ("messages left", Why.WINDOW_SPENT),
        ("time left", Why.WINDOW_CLOSES),
    ),
    Rung.TEMPLATE: (
        ("of a petition", Why.NO_TEMPLATE),
        ("a template", Why.NO_TEMPLATE),
        ("heard of", Why.NEVER_SEEN),
        ("follows", Why.NOT_FOLLOWING),
        ("template arrives", Why.DID_NOT_REACH),
    ),
    Rung.SUBSCRIPTION: (
        ("of a petition", Why.NO_TEMPLATE),
        ("a subscription", Why.NO_TEMPLATE),
        ("consent to it", Why.NO_GRANT),
    ),
    Rung.MENTION_REPLY: (("mention unanswered", Why.NO_MENTION),),
    Rung.PUBLIC_COMMENT: (("place in public", Why.NO_PLACE),),
}
PERMITTED = {
    Rung.MESSAGE: Why.WINDOW_OPEN,
    Rung.TEMPLATE: Why.FOLLOWS,
    Rung.SUBSCRIPTION: Why.GRANTED,
    Rung.MENTION_REPLY: Why.MENTION_PERMITS,
    Rung.PUBLIC_COMMENT: Why.SPOKE_IN_PUBLIC,
}
WECHAT_ORDER = (Rung.MESSAGE, Rung.TEMPLATE, Rung.SUBSCRIPTION)
WEIBO_ORDER = (Rung.MESSAGE, Rung.MENTION_REPLY, Rung.PUBLIC_COMMENT)
ANSWER_ORDER = (Rung.PUBLIC_COMMENT, Rung.MENTION_REPLY)


def facts(labels: tuple[str, ...]) -> frozenset[str]:
    """Return what holds in a cell, read off its labels alone."""
    has = set(labels)
    told: Mapping[str, bool] = {
        "heard of": "never wrote" not in has,
        "window open": bool(has & {"open, 1 left", "open, none left", "closes in 10 s"}),
        "messages left": "open, none left" not in has,
        "time left": "closes in 10 s" not in has,
        "客服消息 arrives": "no 客服消息 arrives" not in has,
        "template arrives": "no template arrives" not in has,
        "follows": "follows" in has,
        "of a petition": not has & {"reply", "mention"} or any(label.startswith("notice.") for label in labels),
        "a template": "template" in has,
        "a subscription": bool(has & {"one-time 订阅", "long-term 订阅", "both 订阅"}),
        "consent to it": ("one consent" in has and bool(has & {"one-time 订阅", "both 订阅"}))
        or ("lasting consent" in has and bool(has & {"long-term 订阅", "both 订阅"})),
        "mention unanswered": labels[-1] in {"mention", "mention in public"},
        "place in public": labels[-1] in {"in public", "mention in public"},
    }
    return frozenset(fact for fact, holds in told.items() if holds)


def expected(labels: tuple[str, ...], order: tuple[Rung, ...]) -> tuple[tuple[Rung, ...], dict[Rung, Why]]:
    known = facts(labels)
    reasons = {
        rung: next((missing for fact, missing in NEEDS[rung] if fact not in known), PERMITTED[rung]) for rung in order
    }
    return tuple(rung for rung in order if reasons[rung] is PERMITTED[rung]), reasons


@pytest.mark.parametrize(
    ("cases", "order", "count"), [(on_wechat, WECHAT_ORDER, 21_120), (on_weibo, WEIBO_ORDER, 3_680)]
)
def test_every_reach_state_and_every_kind_of_notice(
    cases: Callable[[], Iterator[Case]], order: tuple[Rung, ...], count: int
) -> None:
    wrong, seen = [], 0
    for case in cases():
        seen += 1
        decision = case.decided()
        wanted = expected(case.labels, ANSWER_ORDER if case.notice.answers_mention else order)
        if (decision.rungs, dict(decision.reasons), decision.until) != (*wanted, None):
            wrong.append((case.labels, decision, wanted))
    assert (wrong[:5], seen) == ([], count)


def test_a_lasting_consent_is_used_before_one_that_is_used_up() -> None:
    reach = ReachState(granted={"once": 2, "lasting": 1})
    account = AccountForms(forms=PRIVATE_FORMS, subscriptions=(LASTING, ONCE))
    chosen = [
        decide(Notice(of_petition=True), ReachState(granted=granted), now=NOW, account=account).subscription
        for granted in (reach.granted, {"once": 1}, {"once": 1, "lasting": 0}, {"other": 1})
    ]
    assert chosen == [LASTING, ONCE, ONCE, None]


# --- rests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rests", "rungs", "until"),
    [
        ({}, (Rung.MESSAGE, Rung.TEMPLATE), None),
        ({Rung.MESSAGE: 60}, (), 60),  # soon over: worth waiting for
        ({Rung.MESSAGE: 600}, (Rung.TEMPLATE,), None),  # the window would be shut by then
        ({Rung.MESSAGE: -1}, (Rung.MESSAGE, Rung.TEMPLATE), None),
        ({Rung.TEMPLATE: 60}, (Rung.MESSAGE,), None),
        ({Rung.MESSAGE: 600, Rung.TEMPLATE: 900}, (), 900),
        ({Rung.MESSAGE: 60, Rung.TEMPLATE: 30}, (), 60),
    ],
)
def test_a_form_that_rests_is_waited_for_while_it_will_still_be_permitted(
    rests: Mapping[Rung, int], rungs: tuple[Rung, ...], until: int | None
) -> None:
    reach = ReachState(last_seen=NOW, window_until=NOW + timedelta(seconds=300), window_left=3)
    account = AccountForms(
        forms=PRIVATE_FORMS,
        template=True,
        rests={rung: NOW + timedelta(seconds=seconds) for rung, seconds in rests.items()},
    )
    decision = decide(Notice(of_petition=True), reach, now=NOW, account=account)
    ends = None if until is None else NOW + timedelta(seconds=until)
    assert (decision.rungs, decision.until) == (rungs, ends)


@pytest.mark.parametrize(
    ("minutes", "rest", "wanted"),
    [
        (0, None, ((Rung.TEMPLATE,), Why.SAME_AGAIN, None, False)),
        (8.9, None, ((Rung.TEMPLATE,), Why.SAME_AGAIN, None, False)),
        (9, None, ((), Why.UNCLEAR, None, True)),
        (600, None, ((), Why.UNCLEAR, None, True)),
        (1, 60, ((), Why.RESTS, 60, False)),
        (1, 600, ((), Why.UNCLEAR, None, True)),
        (1, -5, ((Rung.TEMPLATE,), Why.SAME_AGAIN, None, False)),
    ],
)
@pytest.mark.parametrize("follows", [True, False])
def test_what_may_have_arrived_is_only_repeated_as_the_same_message(
    minutes: float, rest: int | None, wanted: tuple[tuple[Rung, ...], Why, int | None, bool], *, follows: bool
) -> None:
    """Also when the citizen has written meanwhile, and a free message is permitted: that would be a second one."""
    rungs, why, seconds, unclear = wanted
    reach = ReachState(last_seen=NOW, window_until=NOW + DAY, window_left=5, following=follows, granted={"once": 1})
    rests = {} if rest is None else {Rung.TEMPLATE: NOW + timedelta(seconds=rest)}
    account = AccountForms(forms=PRIVATE_FORMS, template=True, subscriptions=(ONCE,), rests=rests)
    notice = Notice(of_petition=True, unclear_at=NOW - timedelta(minutes=minutes))
    assert decide(notice, reach, now=NOW, account=account) == Decision(
        rungs=rungs,
        reasons={Rung.TEMPLATE: why},
        until=None if seconds is None else NOW + timedelta(seconds=seconds),
        unclear=unclear,
    )


@pytest.mark.parametrize(("left", "permitted"), [(20, False), (21, True)])
def test_a_window_about_to_close_is_taken_as_closed(left: int, *, permitted: bool) -> None:
    reach = ReachState(window_until=NOW + timedelta(seconds=left), window_left=5)
    decision = decide(Notice(of_petition=True), reach, now=NOW, account=AccountForms(forms=PRIVATE_FORMS))
    assert bool(decision.rungs) is permitted


def test_the_reason_is_stored_in_one_line() -> None:
    reach = ReachState(following=False)
    decision = decide(
        Notice(of_petition=True), reach, now=NOW, account=AccountForms(forms=PRIVATE_FORMS, template=True)
    )
    assert decision.reason == "message: window_shut; template: not_following; subscription: no_template"


# --- the table to be read ------------------------------------------------------------------------------------------


def _lines(title: str, heads: tuple[str, ...], rows: dict[tuple[str, ...], Decision]) -> list[str]:
    lines = [f"## {title}", "", f"| {' | '.join(heads)} | goes by | reasons |", "|" + "---|" * (len(heads) + 2)]
    for labels, decision in rows.items():
        way = " → ".join(decision.rungs) or "waits for the next contact"
        lines.append(f"| {' | '.join(labels)} | {way} | {decision.reason} |")
    return [*lines, ""]


def _kinds(labels: tuple[str, ...]) -> str:
    return "every notice" if labels[0].startswith("notice.") else labels[0]


_COMMON = {("template", "no 订阅"), ("template", "both 订阅"), ("no template", "one-time 订阅")}
_MANY = {"", "no 客服消息 arrives"}


def _telling(labels: tuple[str, ...], *, failed: str) -> bool:
    """Leave out what only repeats another line: failures are shown beside an open window, a reply without templates."""
    return not failed or (failed in _MANY and labels[1] == "open, 1 left") or labels[1] == "shut"


def written_out() -> str:
    """Return the table: of the account's settings those in common use, and all notices in one line, as one rule."""
    wechat = {
        (_kinds(case.labels), *case.labels[1:]): case.decided()
        for case in on_wechat()
        if case.labels[-2:] in _COMMON
        and _telling(case.labels, failed=case.labels[4])
        and (case.notice.of_petition or case.labels[2:] == ("follows", "no consent", "", "template", "no 订阅"))
        and (not case.labels[4] or case.labels[2:4] == ("follows", "no consent"))
    }
    weibo = {
        (_kinds(case.labels), *case.labels[1:]): case.decided()
        for case in on_weibo()
        if case.labels[2] == "follows" and case.labels[3] in _MANY and _telling(case.labels, failed=case.labels[3])
    }
    lines = ["# The reach ladder, written out", "", "Made by `python -m tests.unit.outbox.test_ladder`.", ""]
    lines += _lines(
        "WeChat", ("message", "window", "following", "consent", "told by WeChat", "template", "subscription"), wechat
    )
    lines += _lines("Weibo", ("message", "window", "following", "told by Weibo", "mention"), weibo)
    return "\n".join(lines)


def test_the_table_to_be_read_is_up_to_date() -> None:
    assert TABLE.read_text() == written_out()


def test_all_notices_are_one_rule() -> None:
    rows: dict[tuple[str, ...], set[Decision | str]] = {}
    for case in [*on_wechat(), *on_weibo()]:
        if case.labels[0].startswith("notice."):
            decision = case.decided()
            rows.setdefault(case.labels[1:], set()).add(f"{decision.rungs} {decision.reason}")
    assert {len(found) for found in rows.values()} == {1}


if __name__ == "__main__":
    TABLE.write_text(written_out())
