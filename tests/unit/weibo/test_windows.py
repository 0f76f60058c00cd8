"""What each act of a citizen permits us to send, over all samples: a new type must be decided here."""

import json
from datetime import timedelta

import pytest

from adapters.platform import Window
from adapters.weibo.inbound import to_inbound
from adapters.weibo.windows import RULES, WindowRules, subscription, window_of
from tests.unit.weibo.pushes import CITIZEN, SAMPLES, TEXT, UID, sample

CONTACT, MENTION = RULES.contact, RULES.mention
OPENING = {
    "text": CONTACT,
    "position": CONTACT,
    "position_as_string": CONTACT,
    "voice": CONTACT,
    "image": CONTACT,
    "video": CONTACT,
    "follow": CONTACT,
    "subscribe": CONTACT,
    "subscribe_keyword": CONTACT,
    "scan": CONTACT,
    "scan_follow": CONTACT,
    "click": CONTACT,
    "mention_status": MENTION,
    "mention_comment": MENTION,
}
NAMES = sorted(path.stem for path in (SAMPLES / "inbound").glob("*.json") if path.stem != "expected")


@pytest.mark.parametrize("name", NAMES)
def test_an_act_opens_its_window(name):
    inbound = to_inbound(json.loads(sample(name)), account="main")
    assert window_of(inbound) == OPENING.get(name)


@pytest.mark.parametrize("name", NAMES)
def test_only_subscriptions_tell_of_one(name):
    inbound = to_inbound(json.loads(sample(name)), account="main")
    expected = {"subscribe": True, "subscribe_keyword": True, "unsubscribe": False}
    assert subscription(inbound) is expected.get(name)


def test_the_published_numbers():
    hours = timedelta(hours=48)
    assert (Window(messages=99, lasts=hours), Window(messages=1, lasts=hours)) == (CONTACT, MENTION)


def test_the_numbers_are_settings():
    rules = WindowRules(
        contact=Window(messages=3, lasts=timedelta(days=7)), mention=Window(messages=2, lasts=timedelta(hours=1))
    )
    inbounds = [to_inbound(json.loads(sample(name)), account="main") for name in ("text", "mention_status", "unfollow")]
    assert [window_of(inbound, rules=rules) for inbound in inbounds] == [rules.contact, rules.mention, None]


def test_a_menu_key_that_reads_like_an_event_is_a_click():
    fields = json.loads(sample("click")) | {"data": {"subtype": "click", "key": "unsubscribe"}}
    inbound = to_inbound(fields, account="main")
    assert (window_of(inbound), subscription(inbound)) == (CONTACT, None)


def test_what_we_say_ourselves_opens_nothing():
    assert window_of(to_inbound(TEXT | {"sender_id": UID}, account="main")) is None
    assert CITIZEN != UID
