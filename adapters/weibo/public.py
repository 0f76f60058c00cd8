"""What the office says in public, where everybody reads: never anything personal, never twice the same.

The safe way is to say nothing but the petition's number; this is the gate behind it. What is personal in a text is
found by `adapters.weibo.personal`; here it is left out, or the text refused. Pure, and speaks no language: what stands
in the place of what is left out is handed in.
"""

from collections.abc import Collection, Iterable

from adapters.platform import Refused
from adapters.weibo.labels import Labels
from adapters.weibo.parsing import clean
from adapters.weibo.personal import findings, is_number, personal_in, visible
from adapters.weibo.rendering import length, names_rival, without_rival

LONGEST_PUBLIC = 130
"""Characters; Weibo takes 140, and counts in its own way."""

_MOST_ROUNDS = 4
_MOST_SIGNS = 2000
"""Longer texts are not looked through at all: patterns take their time, and no public text comes near."""
_SENTENCE_ENDS = ("。", "！", "？", "；", ". ", "! ", "? ", "; ")
_PUNCTUATION = " ，。、：:；！？,.;!?"


def scrub(text: str, *, omitted: str, allowed: Collection[str] = (), secret: Iterable[str] = ()) -> str:
    """Return `text` with `omitted` for what is personal; raise `Refused` when something of it stays."""
    secret = tuple(secret)
    if len(text) > _MOST_SIGNS:
        raise Refused("much too long for a public text", code="20012")
    text = visible(text)
    for _ in range(_MOST_ROUNDS):
        spans = personal_in(text, allowed=allowed, secret=secret)
        if not spans:
            return text
        text = _without(text, [(start, end) for _, start, end in spans], omitted)
    raise Refused("personal data could not be removed from a public text", code="not_public")


def public_text(
    words: str,
    *,
    number: str,
    labels: Labels,
    allowed: Collection[str] = (),
    secret: Iterable[str] = (),
    longest: int = LONGEST_PUBLIC,
) -> str:
    """Return `words` fit for everybody's eyes, with the petition's number in them.

    The number makes each text another one, as Weibo refuses a repeat. `allowed` may stay as it is (the office's phone,
    its own @name), `secret` must go wherever it stands (the citizen's name, nickname, address, phone). Raises `Refused`
    when nothing is left to say, ValueError for what is no petition number.
    """
    if not is_number(number):
        raise ValueError("not a petition number")
    line = " ".join(without_rival(clean(words), labels=labels).split())
    text = scrub(line, omitted=labels.omitted, allowed=allowed, secret=secret)
    if not text.replace(labels.omitted, "").replace(number, "").strip(_PUNCTUATION):
        raise Refused("nothing is left of a public text", code="not_public")
    if number not in text[:longest]:
        text = labels.numbered(number) + text
    return _cut(text, number=number, before=labels.numbered(number), longest=longest)


def check_public(text: str, *, allowed: Collection[str] = (), longest: int = LONGEST_PUBLIC) -> None:
    """Raise `Refused` unless `text` may be read by everybody and is short enough: the last gate before it leaves."""
    if not text.strip():
        raise Refused("nothing to say")
    if length(text) > longest:
        raise Refused(f"a public text has at most {longest} characters", code="20012")
    if kinds := findings(text, allowed=allowed):
        raise Refused(f"a public text holds personal data ({', '.join(kinds)})", code="not_public")
    if names_rival(text):
        raise Refused("a public text names another platform", code="not_public")


def _without(text: str, spans: list[tuple[int, int]], omitted: str) -> str:
    """Return `text` with each span replaced by one `omitted`; spans that touch count as one."""
    pieces: list[str] = []
    last = 0
    for start, end in sorted(spans):
        if end <= last:
            continue
        if start > last or not pieces:
            pieces += [text[last:start], omitted]
        last = end
    return "".join([*pieces, text[last:]])


def _cut(text: str, *, number: str, before: str, longest: int) -> str:
    """Return `text` cut to `longest`, at a near sentence's end, or behind `before` where it would lose its number."""
    if length(text) <= longest:
        return text
    kept = text[: longest - 1]
    while length(kept) > longest - 1:
        kept = kept[:-1]
    end = max(kept.rfind(mark) for mark in _SENTENCE_ENDS)
    if end >= longest // 2 and number in kept[: end + 1]:
        return kept[: end + 1]
    if number in kept:
        return kept + "…"
    return before + _cut(text.replace(number, ""), number="", before="", longest=longest - length(before))
