"""The office's accounts on the fake Weibo: who is bound how to whom, the private messages, and what is planned.

Knows nothing of HTTP. Times are the sandbox clock's, passed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.sandbox.errors import ApiError
from adapters.sandbox.faults import FaultPlan
from adapters.sandbox.timeline import show_moment
from adapters.sandbox.traffic import Traffic
from adapters.sandbox.verdicts import Verdicts
from adapters.sandbox.weibo.conditions import CALLS, Conditions
from adapters.sandbox.weibo.identities import Numbers
from adapters.sandbox.weibo.quotas import Quotas
from adapters.sandbox.weibo.rules import RULES
from adapters.sandbox.weibo.tokens import Tokens
from adapters.sandbox.weibo.windows import Windows

MEDIA_LIFE = timedelta(days=7)
"""How long the platform keeps a file is not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxWeibo:
    """One government account as its owner registered it; `account` is the name in the sandbox's own URLs.

    `name` is the nickname that citizens @. `callback_url` is where the gateway listens, complete with scheme and host.
    `mention_push` is the grant to have mentions pushed; `subscribed` are the nicknames of the first citizens who
    subscribe from the start (all of them follow).
    """

    account: str
    uid: str
    name: str
    app_key: str
    app_secret: str = field(repr=False)
    fans_token: str = field(repr=False)
    oauth_token: str = field(repr=False)
    callback_url: str
    mention_push: bool = True
    subscribed: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Relation:
    """What a citizen is to an account."""

    following: bool = False
    subscribed_at: datetime | None = None
    windows: Windows = field(default_factory=Windows)
    last_sent: tuple[str, datetime] | None = None
    """The last text sent by messages/reply, and when."""
    said: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """When the citizen last said something in private, by its type and words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateMessage:
    """Something in a private conversation. `sender` is citizen, account or system; `content` is what its type needs."""

    id: int
    sender: str
    type: str
    time: datetime
    content: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form: `text` is always there."""
        head = {"id": str(self.id), "from": self.sender, "type": self.type, "time": show_moment(self.time)}
        return head | {"text": ""} | dict(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A picture or voice of a private message; `fid` is the sender's id of it, `tofid` the receiver's."""

    kind: str
    content: bytes
    fid: int
    tofid: int
    stored_at: datetime


class AccountState:
    """Everything the fake platform knows of one account."""

    def __init__(self, account: SandboxWeibo, *, numbers: Numbers, now: datetime) -> None:
        self.account = account
        self.tokens = Tokens(fans=account.fans_token, oauth=account.oauth_token, now=now)
        self.quotas = Quotas()
        self.conditions = Conditions(tokens=self.tokens, quotas=self.quotas, mention_push=account.mention_push)
        self.faults = FaultPlan(CALLS)
        self.traffic = Traffic()
        self.verdicts = Verdicts(RULES)
        self.relations: dict[str, Relation] = {}
        self.mentioning_posts: list[int] = []
        self.mentioning_comments: list[int] = []
        self.last_comment = ""
        self._numbers = numbers
        self._talks: dict[str, list[PrivateMessage]] = {}
        self._files: dict[int, StoredFile] = {}

    def relation(self, uid: str) -> Relation:
        """Return what a citizen is to the account; who never came is nobody yet."""
        return self.relations.setdefault(uid, Relation())

    def show(self, uid: str, sender: str, type_: str, *, now: datetime, **content: object) -> PrivateMessage:
        """Put a message into the conversation with a citizen."""
        number = self._numbers.next(now=now)
        message = PrivateMessage(id=number, sender=sender, type=type_, time=now, content=content)
        self._talks.setdefault(uid, []).append(message)
        return message

    def talk(self, uid: str, *, after: int = 0) -> list[PrivateMessage]:
        """Return the conversation with a citizen, oldest first, from the message after id `after` on."""
        return [message for message in self._talks.get(uid, ()) if message.id > after]

    def keep_file(self, kind: str, content: bytes, *, now: datetime) -> StoredFile:
        """Keep what a citizen sent, under two ids."""
        fid, tofid = self._numbers.next(now=now), self._numbers.next(now=now)
        file = StoredFile(kind=kind, content=content, fid=fid, tofid=tofid, stored_at=now)
        self._files |= {fid: file, tofid: file}
        return file

    def received_file(self, fid: int, *, now: datetime) -> StoredFile:
        """Return a file by our own id of it; raise 20303 for the sender's, 20305 for none or none any more."""
        file = self._files.get(fid)
        if file is None or now - file.stored_at >= MEDIA_LIFE:
            raise ApiError(20305, "no such direct message")
        if fid != file.tofid:
            raise ApiError(20303, "not your own direct message")
        return file

    def own_file(self, fid: int) -> StoredFile | None:
        """Return a file as the citizen's phone keeps it, without end."""
        return self._files.get(fid)
