"""Words → what Weibo shows: plain text, choices as numbered lines, pages that fit.

The platform takes less than 300 characters in one private message. It has no in-text links for choices: the number or
the words are typed. Sina closes accounts that advertise WeChat, so its name leaves as 某信, its addresses not at all.
Knows no network.
"""

import re

from adapters.weibo.parsing import clean
from bot.messages import Choice, Outbound

LONGEST = 299
"""Characters of one private message (\"< 300 汉字\"); what UTF-16 needs two units for counts twice."""
MORE = Choice(id="more", label="更多")
"""Offered when a text goes on; the word itself asks for the rest."""

_MORE_LINE = "（还有内容，回复“更多”接着看）"
_TIDY_PART = 3  # a cut at a sentence leaves at least a third of the page filled
_SENTENCE_ENDS = "。！？；\n"
_JOINERS = "\u200d\ufe0f\u20e3"
_WECHAT_ADDRESS = re.compile(
    r"(?<![\w.-])(?:weixin://|(?:https?://)?(?:[\w-]+\.)*(?:weixin\.qq|wx\.qq|wechat)\.com)[\w./?=&%#:~+-]*",
    re.ASCII | re.IGNORECASE,
)
_WECHAT_NAME = re.compile(r"(?<![细轻略稍显低])微\s?信|wechat|weixin", re.IGNORECASE)


def length(text: str) -> int:
    """Return how long Weibo takes `text` to be."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def without_rival(text: str) -> str:
    """Return `text` without WeChat's name and addresses."""
    return _WECHAT_NAME.sub("某信", _WECHAT_ADDRESS.sub("（网址略）", text))


def render(outbound: Outbound, *, longest: int = LONGEST) -> tuple[str, str]:
    """Return (the text to send now, the words left over); the second is plain and may be rendered again.

    What is sent fits `longest` and ends with the choices, and with the offer of 更多 when words are left over. Choices
    that would fill the page by themselves go on in the words left over.
    """
    text = without_rival(clean(outbound.text)).strip()
    lines = "\n".join(f"{number}. {_label(choice)}" for number, choice in enumerate(outbound.choices, 1))
    if length(_joined(text, lines)) <= longest:
        return _joined(text, lines), ""
    if length(lines) > longest // 2:
        text, lines = _joined(text, lines), ""
        if length(text) <= longest:
            return text, ""
    tail = _joined(lines, _MORE_LINE)
    cut = _cut(text, room=longest - length(tail) - 1)
    return _joined(text[:cut].rstrip("\n"), tail), text[cut:].lstrip("\n")


def _label(choice: Choice) -> str:
    return without_rival(" ".join(clean(choice.label).split()))


def _joined(first: str, second: str) -> str:
    return f"{first}\n{second}" if first and second else first or second


def _cut(text: str, *, room: int) -> int:
    """Return how many characters fit into `room`, back to a sentence end, else a comma, else anywhere."""
    fits, used = 0, 0
    for sign in text:
        used += length(sign)
        if used > room:
            break
        fits += 1
    least = fits // _TIDY_PART
    for ends in (_SENTENCE_ENDS, "，"):
        end = max(text.rfind(mark, least, fits) for mark in ends)
        if end >= least:
            return end + 1
    while fits > least + 1 and (text[fits] in _JOINERS or text[fits - 1] == "\u200d"):
        fits -= 1  # an emoji made of several characters stays whole
    return fits
