"""The quick way of reading a flat message says what expat says, and leaves to expat whatever it does not know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wechat import parsing
from adapters.wechat.parsing import Fields, UnreadableXmlError

_names = st.sampled_from(["ToUserName", "Content", "MsgId", "a", "A1", "x_y"])
_texts = st.text(st.sampled_from("ab12 \t\r\n<>&]['\"!-[CDATA\x00\x0b\x85\u2028\ufffe\ud800中😀/"), max_size=12)
_fields = st.builds(
    lambda form, name, text, close: form.format(name=name, text=text, close=close or name),
    st.sampled_from(
        [
            "<{name}><![CDATA[{text}]]></{name}>",
            "<{name}>{text}</{close}>",
            "<{name}><![CDATA[{text}</{name}>",
            "{text}",
        ]
    ),
    _names,
    _texts,
    st.one_of(st.just(""), _names),
)
_messages = st.builds(
    lambda head, fields, between, tail: head + between.join(fields) + tail,
    st.sampled_from(["<xml>", "<xml>\n", "<xml", "<xml><p>", ""]),
    st.lists(_fields, max_size=4),
    st.sampled_from(["", "\n", " ", "x", "<b/>"]),
    st.sampled_from(["</xml>", "\n</xml>", "</p></xml>", "</xml>\n", ""]),
)


def _by_expat(xml: str) -> Fields | None:
    try:
        return parsing._fields_of(xml)
    except (parsing.expat.ExpatError, UnicodeEncodeError, UnreadableXmlError):
        return None


@given(_messages)
def test_the_quick_way_never_differs_from_expat(xml: str) -> None:
    quick = parsing._flat_fields(xml)
    assert quick is None or quick == _by_expat(xml)


def test_the_form_of_the_platform_is_read_the_quick_way() -> None:
    xml = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName>\n<Content><![CDATA[<b>&]]></Content>\n<MsgId>12</MsgId></xml>"
    fields = {"ToUserName": "gh_1", "Content": "<b>&", "MsgId": "12"}
    assert parsing._flat_fields(xml) == _by_expat(xml) == fields


@pytest.mark.parametrize(
    "xml",
    [
        "<xml><A>1</A><A>2</A></xml>",
        "<xml><Pic><A>1</A></Pic></xml>",
        "<x<A>1</A>ml></xml>",
        "<xml><A>1</B></xml>",
        "<xml><A>1</A>loose</xml>",
        "<xml><A><![CDATA[a\rb]]></A></xml>",
        "<xml><A>&amp;</A></xml>",
        "<xml><A><![CDATA[a]b]]></A></xml>",
        "<xml></xml>",
    ],
)
def test_whatever_else_is_left_to_expat(xml: str) -> None:
    assert parsing._flat_fields(xml) is None
