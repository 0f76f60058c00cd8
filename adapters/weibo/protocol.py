"""Weibo's callback, without any I/O: verify and read what came; write what goes back.

One `Codec` is one account. Who is trusted: nothing but the secret behind the signature, and that does not cover the
body. So a query is good for some minutes only, and for one body only; a second body with it is quarantined. A person is
never authenticated by `sender_id`. This module knows no web framework, no dialog and no store.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.platform import ForgedMessage, MalformedMessage
from adapters.weibo.contents import passive_reply, words
from adapters.weibo.errors import QuarantinedMessage, XmlMessage
from adapters.weibo.inbound import UnusableFieldsError, receiver_of, to_inbound
from adapters.weibo.links import is_id
from adapters.weibo.parsing import UnreadableBodyError, is_xml, parse
from adapters.weibo.rendering import render
from adapters.weibo.replay import Fingerprint, MemoryReplays, ReplayGuard, fingerprint
from adapters.weibo.signing import check
from bot.messages import Inbound, InboundKind

__all__ = ["LARGEST_BODY", "NOTHING", "Codec", "Opened", "render"]

LARGEST_BODY = 64 * 1024
"""Bytes of a callback body; the platform's own limit is not published."""
NOTHING = b""
"""The answer that says nothing to the citizen and stops Weibo's retries: an empty 200."""
MAX_AGE = 900.0
"""Seconds a signed query is good for; whether a retry is signed anew is not documented, so it covers three tries."""

_ECHO = re.compile(r"[!#-%(-;=?-~]{1,128}", re.ASCII)
"""Printable, and nothing that opens a tag or closes an attribute: the answer is no mirror for other people's HTML."""


def query_lasts(max_age: float | None) -> timedelta:
    """Return how long a signed query must be remembered: clocks may differ both ways; a day where its age is free."""
    return timedelta(days=1) if max_age is None else timedelta(seconds=2 * max_age)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One verified push.

    `fingerprint` and `raw` are for the memory that all processes share (`bot.app.weibo_replays`), which knows other
    bodies than this process has seen. `percent_encoded` is set for a body that had to be
    percent-decoded, which the documents do not foresee: worth counting.
    """

    inbound: Inbound
    fingerprint: Fingerprint
    raw: bytes
    percent_encoded: bool = False


class Codec:
    """The callback of one account: opens requests, renders answers.

    `max_age` is in seconds, None takes any timestamp. `bots` are the uids of other automatic accounts: what they
    say is kept, and never answered. Raises ValueError on settings with which no request could be verified.
    """

    def __init__(
        self,
        *,
        account: str,
        uid: str,
        app_secret: str,
        replays: ReplayGuard | None = None,
        max_age: float | None = MAX_AGE,
        bots: Collection[str] = (),
    ) -> None:
        if not app_secret.strip():
            raise ValueError("the AppSecret is empty")
        if not is_id(uid):
            raise ValueError("the uid is no number")
        self.account = account
        self._uid = uid.lstrip("0")
        self._secret = app_secret
        self._max_age = max_age
        self._bots = frozenset(bots)
        self._replays: ReplayGuard = MemoryReplays(keeps=query_lasts(max_age)) if replays is None else replays

    @property
    def largest_body(self) -> int:
        """Bytes of a body that is still read."""
        return LARGEST_BODY

    def verify_url(self, query: Mapping[str, str], *, now: datetime) -> str:
        """Return the echostr that proves the address is ours; raise `ForgedMessage`. To be sent as text/plain."""
        check(query, secret=self._secret, max_age=self._max_age, now=now)
        echo = query.get("echostr", "")
        if not _ECHO.fullmatch(echo):
            raise ForgedMessage("no echostr, or none that may be repeated")
        return echo

    def open(self, query: Mapping[str, str], body: bytes, *, now: datetime) -> Opened:
        """Return what the push says; raise `ForgedMessage`, `MalformedMessage` or a subclass in `errors`."""
        if len(body) > LARGEST_BODY:
            raise MalformedMessage("the body is too large", oversized=True)
        check(query, secret=self._secret, max_age=self._max_age, now=now)
        print_ = fingerprint(timestamp=query["timestamp"], nonce=query["nonce"], body=body)
        if self._replays.seen(print_.timestamp, print_.nonce, print_.body_hash, now=now) == "other":
            raise QuarantinedMessage(raw=body)
        if is_xml(body):
            raise XmlMessage(raw=body)
        inbound, percent_encoded = self._read(body)
        return Opened(inbound=inbound, fingerprint=print_, raw=body, percent_encoded=percent_encoded)

    def seal(self, opened: Opened | None, text: str, *, now: datetime) -> bytes:  # noqa: ARG002  as Callback has it
        """Return the passive answer with `text` (as rendered), or `NOTHING`: also to who has unfollowed us."""
        if opened is None or not text.strip() or opened.inbound.kind is InboundKind.UNFOLLOW:
            return NOTHING
        return passive_reply(words(text), sender=self._uid, receiver=opened.inbound.citizen.user)

    def _read(self, body: bytes) -> tuple[Inbound, bool]:
        try:
            fields, percent_encoded = parse(body)
            if receiver_of(fields) != self._uid:
                raise ForgedMessage("for another account")
            inbound = to_inbound(fields, account=self.account)
        except (UnreadableBodyError, UnusableFieldsError) as error:
            raise MalformedMessage(str(error), raw=body) from None
        if inbound.citizen.user in self._bots:
            inbound = replace(inbound, kind=InboundKind.UNKNOWN)
        return inbound, percent_encoded
