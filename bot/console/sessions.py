"""Console sessions kept in the database: the browser holds a random token, the database only its hash.

A session ends when its hours are over, or when nobody used it for the idle time, whichever comes first.
"""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web

from bot.clock import Clock
from bot.console.forms import new_token
from bot.petitions.ports import Storage

COOKIE: Final = "wenqiao_console"


def token_hash(token: str) -> str:
    """Return the form in which the database knows a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class Session:
    """What is remembered of one browser between requests; `token` is '' until it was saved once, `user` '' for nobody.

    What is assigned is saved with the response, and only then: whoever changes `draft` assigns it anew.
    """

    __slots__ = ("changed", "csrf", "draft", "opened_at", "seen_at", "token", "user")

    def __init__(
        self,
        *,
        token: str = "",
        user: str = "",
        csrf: str = "",
        opened_at: datetime | None = None,
        seen_at: datetime | None = None,
        draft: dict[str, str] | None = None,
    ) -> None:
        self.token = token
        self.user = user
        self.csrf = csrf
        self.opened_at = opened_at
        self.seen_at = seen_at
        self.draft = draft or {}
        """What was typed into a form before the last session ended."""
        self.changed = False

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        if name != "changed":
            object.__setattr__(self, "changed", True)

    @classmethod
    def opened(cls, user: str, *, now: datetime, draft: dict[str, str]) -> "Session":
        """Return a new session of `user`, to be saved under a new token."""
        session = cls(user=user, csrf=new_token(), opened_at=now, seen_at=now, draft=draft)
        session.changed = True
        return session

    @classmethod
    def ended(cls) -> "Session":
        """Return the session of nobody, which drops the one the browser came with."""
        session = cls()
        session.changed = True
        return session


SESSION = web.RequestKey("console_session", Session)


class DatabaseSessions:
    """Loads and saves sessions over `ports.Staff`."""

    def __init__(self, storage: Storage, clock: Clock, *, hours: int, idle: timedelta, secure: bool) -> None:
        self._storage = storage
        self._clock = clock
        self._hours = timedelta(hours=hours)
        self._idle = idle
        self._secure = secure

    async def load(self, request: web.Request) -> Session:
        """Return the session of the request's cookie, nobody's when there is none or it has expired."""
        token = request.cookies.get(COOKIE, "")
        if token:
            async with self._storage.read() as work:
                data = await work.staff.session(token_hash(token), now=self._clock.now())
            if data is not None:
                return _read(token, json.loads(data))
        return Session()

    async def save(self, request: web.Request, response: web.StreamResponse, session: Session, *, path: str) -> None:
        """Write the session and set or clear the cookie; a token that the session does not carry on is dropped.

        A session that was ended meanwhile, by signing out elsewhere or by a new password, does not come back.
        """
        came_with = request.cookies.get(COOKIE, "")
        token = session.token or (new_token() if session.user else "")
        async with self._storage.begin() as work:
            if came_with and came_with != token:
                await work.staff.drop_session(token_hash(came_with))
            now = self._clock.now()
            gone = session.token != "" and await work.staff.session(token_hash(token), now=now) is None
            if session.user and session.opened_at and session.seen_at and not gone:
                expires = min(session.opened_at + self._hours, session.seen_at + self._idle)
                await work.staff.open_session(token_hash(token), _dump(session), user=session.user, expires=expires)
            await work.commit()
        if not token:
            response.del_cookie(COOKIE, path=path)
        elif token != came_with:
            response.set_cookie(COOKIE, token, path=path, secure=self._secure, httponly=True, samesite="Lax")


def _dump(session: Session) -> str:
    stored = {
        "user": session.user,
        "csrf": session.csrf,
        "opened_at": session.opened_at.isoformat() if session.opened_at else "",
        "seen_at": session.seen_at.isoformat() if session.seen_at else "",
        "draft": session.draft,
    }
    return json.dumps(stored, ensure_ascii=False)


def _read(token: str, stored: dict[str, Any]) -> Session:
    return Session(
        token=token,
        user=stored["user"],
        csrf=stored["csrf"],
        opened_at=datetime.fromisoformat(stored["opened_at"]),
        seen_at=datetime.fromisoformat(stored["seen_at"]),
        draft=stored["draft"],
    )
