"""Words → what Weibo shows: plain text, choices as numbered lines, pages that fit.

The platform takes less than 300 characters in one private message. It has no in-text links for choices: the number or
the words are typed. Sina closes accounts that advertise WeChat, so its name and addresses are replaced in all we say.
Knows no network and no language: what it says by itself is handed in.
"""

import re

from adapters.pages import tidy_end
from adapters.weibo.labels import Labels
from adapters.weibo.parsing import clean
from bot.messages import Choice, Outbound

LONGEST = 299
"""Characters of one private message (\"< 300 汉字\"); what UTF-16 needs two units for counts twice."""
_WECHAT_ADDRESS = re.compile(
    r"(?<![\w.-])(?:weixin://|(?:https?://)?(?:[\w-]+\.)*(?:weixin\.qq|wx\.qq|wechat)\.com)[\w./?=&%#:~+-]*",
    re.ASCII | re.IGNORECASE,
)
_WECHAT_NAME = re.compile(r"(?<![细轻略稍显低])微\s?信|wechat|weixin", re.IGNORECASE)


def length(text: str) -> int:
    """Return how long Weibo takes `text` to be."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def names_rival(text: str) -> bool:
    """Tell whether `text` holds WeChat's name or an address of its."""
    return bool(_WECHAT_NAME.search(text) or _WECHAT_ADDRESS.search(text))


def without_rival(text: str, *, labels: Labels) -> str:
    """Return `text` without WeChat's name and addresses."""
    text = _WECHAT_ADDRESS.sub(lambda _: labels.rival_address, text)
    return _WECHAT_NAME.sub(lambda _: labels.rival, text)


def render(outbound: Outbound, *, labels: Labels, longest: int = LONGEST) -> tuple[str, str]:
    """Return (the text to send now, the words left over); the second is plain and may be rendered again.

    What is sent fits `longest` and ends with the choices, and with the offer of more when words are left over. Choices
    that would fill the page by themselves go on in the words left over.
    """
    text = without_rival(clean(outbound.text), labels=labels).strip()
    lines = "\n".join(f"{number}. {_label(choice, labels)}" for number, choice in enumerate(outbound.choices, 1))
    if length(_joined(text, lines)) <= longest:
        return _joined(text, lines), ""
    if length(lines) > longest // 2:
        text, lines = _joined(text, lines), ""
        if length(text) <= longest:
            return text, ""
    tail = _joined(lines, labels.more)
    cut = _cut(text, room=longest - length(tail) - 1)
    return _joined(text[:cut].rstrip(" \n"), tail), text[cut:].lstrip(" \n")


def _label(choice: Choice, labels: Labels) -> str:
    return without_rival(" ".join(clean(choice.label).split()), labels=labels)


def _joined(first: str, second: str) -> str:
    return f"{first}\n{second}" if first and second else first or second


def _cut(text: str, *, room: int) -> int:
    """Return how many characters fit into `room`, back to a sentence's end, else a pause, else anywhere."""
    fits, used = 0, 0
    for sign in text:
        used += length(sign)
        if used > room:
            break
        fits += 1
    return tidy_end(text, fits)
