"""What each act of a citizen permits us to send, over all samples: a new type must be decided here."""

import pytest

from adapters.wechat.inbound import to_inbound
from adapters.wechat.parsing import parse
from adapters.wechat.windows import MESSAGE, SHORT, window_of
from tests.unit.wechat.envelopes import SAMPLES

OPENING = {
    "text": MESSAGE,
    "image": MESSAGE,
    "voice": MESSAGE,
    "video": MESSAGE,
    "shortvideo": MESSAGE,
    "location": MESSAGE,
    "link": MESSAGE,
    "miniprogrampage": MESSAGE,
    "sticker": MESSAGE,
    "sticker_newer": MESSAGE,
    "sticker_english": MESSAGE,
    "text_choice": SHORT,
    "event_click": SHORT,
    "event_scancode_push": SHORT,
    "event_scancode_waitmsg": SHORT,
    "event_scan": SHORT,
    "event_subscribe": SHORT,
    "event_subscribe_scene": SHORT,
    "event_subscribe_other_prefix": SHORT,
}


@pytest.mark.parametrize("path", sorted((SAMPLES / "inbound").glob("*.xml")), ids=lambda path: path.stem)
def test_an_act_opens_its_window(path):
    inbound = to_inbound(parse(path.read_text()), account="main")
    assert window_of(inbound) == OPENING.get(path.stem)
