"""What the phone makes of a text's markup."""

import pytest

from adapters.sandbox.wechat.choices import PhoneChoice, read_text


@pytest.mark.parametrize(
    ("raw", "plain", "choices"),
    [
        ("没有链接 <b>粗</b>", "没有链接 <b>粗</b>", ()),
        (
            '1 <a href="weixin://bizmsgmenu?msgmenucontent=%E5%92%A8%E8%AF%A2&amp;msgmenuid=k1">咨询</a>。',
            "1 咨询。",
            (PhoneChoice(id="k1", label="咨询"),),
        ),
        (
            "<a href='weixin://bizmsgmenu?msgmenucontent=a&msgmenuid=1'>x</a><a href='weixin://bizmsgmenu?msgmenucontent=b&msgmenuid=2'>y</a>",
            "xy",
            (PhoneChoice(id="1", label="a"), PhoneChoice(id="2", label="b")),
        ),
        ('<a href="weixin://bizmsgmenu?msgmenucontent=a&msgmenuid=">x</a>',) * 2 + ((),),
        ('<a href="http://example.invalid/">x</a>',) * 2 + ((),),
        ('<a href="weixin://[">x</a>',) * 2 + ((),),
    ],
)
def test_links(raw: str, plain: str, choices: tuple[PhoneChoice, ...]) -> None:
    text = read_text(raw)
    assert (text.plain, text.choices) == (plain, choices)
    assert "".join(part["text"] for part in text.parts) == plain
