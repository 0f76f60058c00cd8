"""Posts and comments that @mention the office, as the interfaces give them → `Inbound`, and how far was looked.

Posts may be deleted, private, cut short or without their author; what is nobody's is skipped and counted. Of a person
only what a petition needs is kept. How looking goes on: newest first, page by page below the last, until a page is
nearly empty or reaches what was seen before; only then is everything above known (`MentionCursor`). Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from adapters.weibo.inbound import MentionKind, UnusableFieldsError, identity, mention_key, mention_place
from adapters.weibo.links import comment_url, post_url
from adapters.weibo.moments import parse_created_at
from adapters.weibo.parsing import clean
from bot.messages import Channel, CitizenRef, Inbound, InboundKind, MediaKind, MediaRef

COUNT = 50
"""Entries asked for at once."""

_NEARLY_EMPTY = 10
"""Fewer entries than this are the end: a full page holds 20 at least, whatever was asked for, and loses few."""
_MOST_PICTURES = 18
_SIZES = frozenset({"thumbnail", "thumb150", "thumb180", "square", "wap180", "wap360", "orj360", "bmiddle", "mw690"})
_HOST = ".sinaimg.cn"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPlace:
    """Where a public answer goes: under a post, or to a comment on it; `status_id` '' where it is yet to be asked."""

    status_id: str
    comment_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionContext:
    """What stands around a mention, kept in `raw["context"]` of its `Inbound`."""

    status_id: str
    author: str
    """The uid of the post's author, '' where it is not known; of a comment on it, not the citizen's."""
    nickname: str
    """The citizen's; public on Weibo, and not to be repeated in our public answers."""
    url: str
    post_text: str
    """Of a mention in a comment: the post it stands under."""
    whole: bool
    """False when the text was cut short: `WeiboPlatform.with_context` asks for all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionCursor:
    """How far was looked: all up to `since`; in a look not finished, from `top` down to `below` ('0' for none)."""

    since: str = "0"
    top: str = "0"
    below: str = "0"

    def dump(self) -> str:
        """Return the stored form; `load` reads it back."""
        return f"{self.since},{self.top},{self.below}"

    @classmethod
    def load(cls, text: str) -> "MentionCursor":
        """Read the stored form; '' is the beginning."""
        since, top, below = text.split(",") if text else ("0", "0", "0")
        return cls(since=since, top=top, below=below)


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionBatch:
    """One page: `found` oldest first, `cursor` to be stored after them; `complete` when nothing is left below."""

    found: tuple[Inbound, ...]
    cursor: MentionCursor
    complete: bool
    skipped: int = 0


def batch_of(
    entries: Sequence[Any],
    *,
    kind: MentionKind,
    account: str,
    uid: str,
    cursor: MentionCursor,
    oldest: datetime | None,
) -> MentionBatch:
    """Read one page of mentions; those before `oldest` end the look, our own and nobody's are skipped."""
    found: list[Inbound] = []
    ids: list[int] = []
    skipped, ended = 0, False
    for entry in entries:
        number = _number(entry)
        if number is None:
            skipped += 1
            continue
        ids.append(number)
        if number <= int(cursor.since):
            continue
        inbound = read_mention(entry, kind=kind, account=account)
        if inbound is None or inbound.citizen.user == uid:
            skipped += 1
        elif oldest is not None and inbound.sent_at < oldest:
            ended = True
        else:
            found.append(inbound)
    ended = ended or len(entries) < _NEARLY_EMPTY or not ids or min(ids) <= int(cursor.since) + 1
    return MentionBatch(
        found=tuple(reversed(found)), cursor=_moved(cursor, ids, ended=ended), complete=ended, skipped=skipped
    )


def _moved(cursor: MentionCursor, ids: Sequence[int], *, ended: bool) -> MentionCursor:
    top = str(max([int(cursor.since), int(cursor.top), *ids]))
    if ended:
        return MentionCursor(since=top)
    return MentionCursor(since=cursor.since, top=top, below=str(min(ids) - 1))  # max_id is inclusive


def read_mention(entry: Mapping[str, Any], *, kind: MentionKind, account: str) -> Inbound | None:
    """Return a post or comment as the mention it is; None where it has no author, id or time any more."""
    user = _object(entry, "user")
    try:
        subject, sender = identity(entry, "id"), identity(user, "id")
        sent_at = parse_created_at(_text(entry, "created_at"))
    except (UnusableFieldsError, ValueError):
        return None
    if _text(entry, "deleted") == "1":
        return None
    post = _object(entry, "status") if kind is MentionKind.COMMENT else entry
    context = _context(post, nickname=_text(user, "screen_name"), comment=subject if post is not entry else "")
    return Inbound(
        key=mention_key(account, kind, subject),
        citizen=CitizenRef(channel=Channel.WEIBO, account=account, user=sender),
        kind=InboundKind.MENTION,
        sent_at=sent_at,
        text=_long_text(entry),
        media=_pictures(post),
        raw={"type": "mention", "data": {"subtype": kind.value, "key": subject}, "context": context},
    )


def completed(inbound: Inbound, seen: Inbound) -> Inbound:
    """Return a pushed mention with what was `seen` of the same post or comment when it was asked for."""
    if seen.key != inbound.key or seen.citizen != inbound.citizen:
        return inbound
    text = seen.text if len(seen.text) > len(inbound.text) else inbound.text
    return replace(inbound, text=text, media=seen.media, raw={**inbound.raw, "context": seen.raw["context"]})


def context_of(inbound: Inbound) -> MentionContext | None:
    """Return what stands around a mention, None where it has not been asked for."""
    context = inbound.raw.get("context")
    return MentionContext(**context) if isinstance(context, dict) else None


def mention_of(inbound: Inbound) -> tuple[MentionKind, str] | None:
    """Return what a mention stands in and its id; None for anything else."""
    data = inbound.raw.get("data")
    if inbound.kind is not InboundKind.MENTION or not isinstance(data, dict):
        return None
    return mention_place("mention", data)


def place_of(inbound: Inbound) -> PublicPlace | None:
    """Return where a mention can be answered in public; None for anything else."""
    mention = mention_of(inbound)
    if mention is None:
        return None
    kind, subject = mention
    if kind is MentionKind.STATUS:
        return PublicPlace(status_id=subject)
    context = context_of(inbound)
    return PublicPlace(status_id=context.status_id if context else "", comment_id=subject)


def _context(post: Mapping[str, Any], *, nickname: str, comment: str) -> dict[str, Any]:
    """Return a `MentionContext` as JSON; `comment` is '' for a mention in the post itself."""
    author, status = _id(_object(post, "user")), _id(post)
    url = ""
    if author and status:
        url = comment_url(author, status, comment) if comment else post_url(author, status)
    cut = not comment and bool(post.get("isLongText")) and not _object(post, "longText")
    return {
        "status_id": status,
        "author": author,
        "nickname": nickname,
        "url": url,
        "post_text": _long_text(post) if comment else "",
        "whole": not cut,
    }


def _pictures(post: Mapping[str, Any]) -> tuple[MediaRef, ...]:
    listed = post.get("pic_urls")
    urls = (
        [_text(item, "thumbnail_pic") for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    )
    urls = [url for url in urls if url] or [url for url in [_text(post, "original_pic")] if url]
    return tuple(
        MediaRef(kind=MediaKind.IMAGE, media_id=_sized(url, "bmiddle"), better_id=_sized(url, "large"))
        for url in urls[:_MOST_PICTURES]
    )


def _sized(url: str, size: str) -> str:
    """Return the address of the same picture in another size; the size is the folder it lies in."""
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    if host.endswith(_HOST):
        scheme = "https"
    *above, folder, name = ["", *path.split("/")]
    if folder not in _SIZES:
        return f"{scheme}://{rest}"
    return "/".join([f"{scheme}://{host}", *above[1:], size, name])


def _long_text(post: Mapping[str, Any]) -> str:
    return _text(_object(post, "longText"), "longTextContent") or _text(post, "text")


def _number(entry: object) -> int | None:
    found = _id(entry) if isinstance(entry, dict) else ""
    return int(found) if found else None


def _id(fields: Mapping[str, Any]) -> str:
    try:
        return identity(fields, "id")
    except UnusableFieldsError:
        return ""


def _object(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = fields.get(name)
    return value if isinstance(value, dict) else {}


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name, "")
    return clean(value) if isinstance(value, str) else str(value) if isinstance(value, int) else ""
