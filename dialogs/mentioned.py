"""A mention in public: what it becomes before the citizen has said a word in private.

A request becomes a draft of that citizen, which waits beside whatever they are doing: the next time they would be
asked what they want, they are asked for this one's kind instead. One that nobody takes up ends like other drafts, and
nothing is said of it in private, where it was never seen. What is no request is told by fixed rules and answered
once or not at all. What is said here is read by everybody, so it names nothing: only a mark, made of the mention's key,
tells one answer from the next. Of `raw` the adapter's `context` is read: `url` and `post_text`.
"""

import hashlib
import re
from collections.abc import Callable
from enum import StrEnum

from bot.messages import Inbound, Reply
from dialogs.asking import short
from dialogs.gathering import HARD_CONTENT, MOST_ATTACHMENTS
from dialogs.hearing import Word
from dialogs.session import STEP_LETTERS, Parts, State
from dialogs.session_json import dump_session, load_session
from dialogs.talk import Talk
from dialogs.understanding import Ear, letters

MOST_WAITING = 200
"""Drafts from mentions that wait for one citizen; further ones stay in the list of mentions only."""
_NAME = re.compile(r"[@＠][\w\-·]{1,30}[:：]?|回复\s*(?=[@＠])")
"""Weibo itself writes 回复 before the name of whom a comment answers, whatever is spoken there."""
_LINK = re.compile(r"https?://\S+|(?<![a-z])t\.cn/\w+", re.ASCII | re.IGNORECASE)
_MOST_LINKS, _MOST_NAMES = 3, 8
_LEAST_LETTERS = 2
_POST = 140
_MARK_LETTERS = "ABCDEFGHJKMNPRSTUYZ"  # nothing that could begin QQ, VX or WX
_MARK_LENGTH = 8


class Sense(StrEnum):
    """What a mention is by rule; persisted with it where it is no request."""

    REQUEST = "request"
    BARE = "bare"
    """Nothing but names, or a greeting."""
    PRAISE = "praise"
    SPAM = "spam"


class Mentions:
    """What becomes of mentions, in the language of the office."""

    def __init__(self, ear: Ear, *, write: Callable[[Reply], str]) -> None:
        self._ear = ear
        self._write = write

    def sense(self, message: Inbound) -> Sense:
        """Return what a mention is; in doubt it is a request, as an overlooked one is worse than one too many."""
        text = message.text
        words = _LINK.sub(" ", _NAME.sub(" ", text)).strip()
        if not letters(words, enough=_LEAST_LETTERS) or self._ear.hear(words).word is Word.CHAT:
            return Sense.REQUEST if message.media else Sense.BARE
        lowered = self._ear.lowered(words)
        trouble = self._ear.trouble.search(lowered) is not None
        crowded = len(_LINK.findall(text)) >= _MOST_LINKS or len(_NAME.findall(text)) >= _MOST_NAMES
        if self._ear.advertising.search(lowered) is not None and (crowded or not trouble):
            return Sense.SPAM
        if crowded and not trouble:
            return Sense.SPAM
        if len(words) <= self._ear.lengths.praise and not trouble and self._ear.praise.search(lowered) is not None:
            return Sense.PRAISE
        return Sense.REQUEST

    def mentioned(self, talk: Talk) -> Reply | None:
        """Draft a request and say that it has arrived; a bare @ by a newcomer is answered, praise and spam are not."""
        message, session = talk.message, talk.session
        values = {"mark": mark(message.key)}
        match self.sense(message):
            case Sense.REQUEST:
                if len(session.waiting) < MOST_WAITING:
                    session.waiting.append(self._parts(message, at=talk.at))
                return Reply(phrase="mention.received", values=values)
            case Sense.BARE if not session.greeted:
                session.greeted = True
                return Reply(phrase="mention.bare", values=values)
            case _:
                return None

    def _parts(self, message: Inbound, *, at: int) -> Parts:
        files = _files(message)[:MOST_ATTACHMENTS]
        parts = Parts(content=self._content(message), attachments=files, origin=message.key, since=at)
        parts.behind = STEP_LETTERS[State.CONTENT]
        return parts

    def enriched(self, session: str, whole: Inbound) -> str | None:
        """Return the session (JSON) with the whole of a mention in the draft made of it; None where none is."""
        loaded = load_session(session)
        drafts = (loaded.parts, loaded.away, loaded.held, *loaded.waiting)
        parts = next((one for one in drafts if one is not None and one.origin == whole.key), None)
        if parts is None:
            return None
        parts.content = self._joined(parts.content, whole)
        fresh = [key for key in _files(whole) if key not in parts.attachments]
        parts.attachments = [*parts.attachments, *fresh][:MOST_ATTACHMENTS]
        return dump_session(loaded)

    def drafted(self, session: str, whole: Inbound, *, at: int) -> str | None:
        """Return the session (JSON) with a draft of a mention that is a request after all; None where too many wait.

        `at`: the moment, epoch seconds.
        """
        loaded = load_session(session)
        if len(loaded.waiting) >= MOST_WAITING:
            return None
        loaded.waiting.append(self._parts(whole, at=at))
        return dump_session(loaded)

    def added_words(self, content: str, whole: Inbound) -> str:
        """Return what the whole of a mention says beyond the words of the petition made of it, '' for nothing."""
        text = whole.text.strip()
        lines = [] if text in content else [text]
        return "\n".join([*lines, *(line for line in self._around(whole) if line not in content)])

    def _joined(self, content: str, whole: Inbound) -> str:
        """Return a draft's words with the whole of its mention: in its place, or after what its citizen made of it."""
        if content.strip() in whole.text:
            return self._content(whole)
        words = self.added_words(content, whole)
        return f"{content}\n{words}"[:HARD_CONTENT] if words else content

    def _content(self, message: Inbound) -> str:
        """Return the citizen's words, what they stand under, and where."""
        tail = "\n".join(self._around(message))
        return f"{message.text.strip()[: HARD_CONTENT - len(tail) - 1]}\n{tail}".strip()

    def _around(self, message: Inbound) -> list[str]:
        """Return what the words stand under, and where."""
        context = message.raw.get("context")
        around = context if isinstance(context, dict) else {}
        lines = []
        if around.get("post_text"):
            text = short(str(around["post_text"]), _POST)
            lines.append(self._write(Reply(phrase="mention.post", values={"text": text})))
        if around.get("url"):
            lines.append(self._write(Reply(phrase="mention.link", values={"url": str(around["url"])})))
        return lines


def mark(key: str) -> str:
    """Return the letters by which an answer to this mention differs from all others."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    letters_ = []
    for _ in range(_MARK_LENGTH):
        number, place = divmod(number, len(_MARK_LETTERS))
        letters_.append(_MARK_LETTERS[place])
    return "".join(letters_)


def _files(message: Inbound) -> list[str]:
    return [message.key if place == 0 else f"{message.key}#{place}" for place in range(len(message.media))]
