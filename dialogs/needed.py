"""What a phrase must say, whatever else it says or leaves out: without it a citizen could not go on, or would not know.

Held against every phrases file by `config.phrases.check_phrases`.
"""

from collections.abc import Mapping

from bot.petitions.vocabulary import NoticeKind

_NEEDED: Mapping[str, str] = {
    "verbatim": "text",
    "danger.now": "say",
    "refusal.ask": "say",
    "refusal.never": "say",
    "filing.summary": "lines",
    "filing.filed": "number code",
    "filing.filed_public": "number code",
    "filing.subscribe": "link",
    "looking.one": "state dues lines",
    "explaining.one": "lines",
    "explaining.clock": "steps",
    "explaining.step": "step",
    "timeline.answered": "answer",
    "timeline.refused": "reason",
    "timeline.reviewed": "answer",
    "person.says": "text",
    "mention.received": "mark",
    "mention.bare": "mark",
    "platform.numbered": "number",
    f"notice.{NoticeKind.REFUSED}": "reason elsewhere",
    f"notice.{NoticeKind.ANSWERED}": "answer",
    f"notice.{NoticeKind.ASKED}": "question",
    f"notice.{NoticeKind.REVIEWED}": "answer",
}
"""`mark` and `number` are in what is said in public because Weibo takes no text there twice."""
NEEDED: Mapping[str, frozenset[str]] = {key: frozenset(values.split()) for key, values in _NEEDED.items()}
"""Phrase key → the values that it and its short form must say."""
