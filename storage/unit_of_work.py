"""One transaction over all topics: begun on entering, rolled back on leaving unless it was committed.

On SQLite all writers of the process take turns on one lock before they begin (`BEGIN IMMEDIATE`), so that none of them
ever finds the file locked by another; only another process, such as a command beside the server, can make one wait.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.accounts import SqlAccountNotes, SqlSignedBodies
from storage.alarms import SqlAlarms
from storage.attachments import SqlAttachments
from storage.calendar import SqlCalendars
from storage.cases import SqlCases
from storage.chats import SqlChats
from storage.connection import Connection
from storage.errors import wrapped
from storage.followings import SqlFollowings
from storage.joinings import SqlJoinings
from storage.mentions import SqlCalls, SqlMentions
from storage.outbox import SqlOutbox
from storage.reach import SqlReach
from storage.staff import SqlStaff
from storage.turns import SqlTurns


class SqlUnitOfWork:
    """A transaction on a connection of `engine`, inside `turn` (the lock of SQLite's writers) where one is given.

    `touched` is called after a commit with the citizens and days it wrote.
    """

    cases: SqlCases
    attachments: SqlAttachments
    outbox: SqlOutbox
    turns: SqlTurns
    staff: SqlStaff
    calendars: SqlCalendars
    mentions: SqlMentions
    calls: SqlCalls
    accounts: SqlAccountNotes
    signed_bodies: SqlSignedBodies
    followings: SqlFollowings
    joinings: SqlJoinings
    alarms: SqlAlarms
    chats: SqlChats
    reach: SqlReach

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        turn: AbstractAsyncContextManager[object] | None = None,
        touched: Callable[[Iterable[str]], None] | None = None,
    ) -> None:
        self._engine = engine
        self._turn = turn
        self._on_touched = touched
        self._touched: set[str] = set()
        self._open: AsyncExitStack | None = None
        self._connection: AsyncConnection | None = None

    async def __aenter__(self) -> Self:
        """Wait for the turn and begin."""
        async with AsyncExitStack() as stack:
            if self._turn is not None:
                await stack.enter_async_context(self._turn)
            with wrapped():
                self._connection = await self._engine.connect()
                stack.push_async_callback(self._connection.close)
                await self._connection.begin()
            self._open = stack.pop_all()
        connection = Connection(self._connection)
        self._touched = connection.touched
        self.cases = SqlCases(connection)
        self.attachments = SqlAttachments(connection)
        self.outbox = SqlOutbox(connection)
        self.turns = SqlTurns(connection)
        self.staff = SqlStaff(connection)
        self.calendars = SqlCalendars(connection)
        self.mentions = SqlMentions(connection)
        self.calls = SqlCalls(connection)
        self.accounts = SqlAccountNotes(connection)
        self.signed_bodies = SqlSignedBodies(connection)
        self.followings = SqlFollowings(connection)
        self.joinings = SqlJoinings(connection)
        self.alarms = SqlAlarms(connection)
        self.chats = SqlChats(connection)
        self.reach = SqlReach(connection)
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Roll back what was not committed and give the connection back, even when cancelled."""
        if self._open is not None:
            closing, self._open, self._connection = self._open, None, None
            with wrapped():
                await asyncio.shield(asyncio.ensure_future(closing.aclose()))

    async def commit(self) -> None:
        """Make it durable."""
        assert self._connection is not None  # noqa: S101 -- a commit outside the context is a fault of the caller
        with wrapped():
            await self._connection.commit()
        if self._touched and self._on_touched is not None:
            self._on_touched(self._touched)
