"""Posts and comments, read whole: what a push leaves out. Each reading is a call of the day's budget."""

from collections.abc import Mapping
from typing import Any

from adapters.platform import Refused
from adapters.weibo.calls import Lane
from adapters.weibo.errcodes import LISTED
from adapters.weibo.inbound import MentionKind
from adapters.weibo.links import is_id

_STATUS_CALL, _COMMENT_CALL = "statuses/show.json", "comments/show_batch.json"


class Posts:
    """Reads by the open interfaces at `api_base`; `reserve` are calls of the day that a reading leaves alone."""

    def __init__(self, lane: Lane, *, api_base: str) -> None:
        self._lane = lane
        self._api = api_base

    async def entry(self, kind: MentionKind, subject: str, *, reserve: int = 0) -> Mapping[str, Any]:
        """Return the post or comment with this id; `Refused` when it is gone."""
        if kind is MentionKind.STATUS:
            return await self._status(subject, reserve=reserve)
        return await self._comment(subject, reserve=reserve)

    async def ready(self, kind: MentionKind) -> None:
        """Raise the `SendError` with which `entry` would end before it calls anybody; costs nothing."""
        await self._lane.ready(_STATUS_CALL if kind is MentionKind.STATUS else _COMMENT_CALL)

    async def post_of(self, comment_id: str) -> str:
        """Return the id of the post that a comment stands under; `Refused` when either is gone."""
        entry = await self._comment(comment_id)
        post = entry.get("status")
        status_id = str(post.get("id", "")) if isinstance(post, dict) else ""
        if not is_id(status_id):
            raise Refused("the post of the comment is gone", code="20101")
        return status_id

    async def _status(self, status_id: str, *, reserve: int = 0) -> Mapping[str, Any]:
        """Return a post with its whole text."""
        params = {"id": status_id, "isGetLongText": "1"}
        return await self._lane.read(f"{self._api}/2/{_STATUS_CALL}", params, reserve=reserve)

    async def _comment(self, comment_id: str, *, reserve: int = 0) -> Mapping[str, Any]:
        """Return a comment with the post it stands under; `Refused` when it is gone."""
        url = f"{self._api}/2/{_COMMENT_CALL}"
        answer = await self._lane.read(url, {"cids": comment_id}, reserve=reserve)
        entries = answer.get(LISTED, answer.get("comments"))
        for entry in entries if isinstance(entries, list) else [answer]:
            if isinstance(entry, dict) and str(entry.get("id", "")) == comment_id:
                return entry
        raise Refused("comments/show_batch: the comment is gone", code="20201")
