"""Looking for mentions in public, where the settings say so: page by page, from where the last look ended.

How far was looked is committed with what was found. Knows no platform's fields.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from adapters.platform import PublicPlatform, SendError
from bot.intake.listening import Listening, Troubles
from bot.petitions.ports import Storage

_FIRST_LOOK = timedelta(days=1)
"""How far back the first look of all goes, from when it was first tried: a dead token must not hide what came since."""
_MOST_PAGES = 40
_EARLY = timedelta(minutes=2)
"""The least time between two looks when mentions wait for one."""


class Looks:
    """The looks of all accounts, given by name."""

    def __init__(self, storage: Storage, accounts: Mapping[str, Listening], *, troubles: Troubles) -> None:
        self._storage = storage
        self._accounts = accounts
        self._troubles = troubles
        self._awaited: set[str] = set()

    def hasten(self, account: str) -> None:
        """Look soon: mentions of this account wait for a look."""
        self._awaited.add(account)

    async def around(self, now: datetime) -> None:
        """Make every look that is due."""
        for account, listening in self._accounts.items():
            if listening.every is not None:
                every = min(listening.every, _EARLY) if account in self._awaited else listening.every
                kinds = listening.platform.kinds
                if any([await self._look(account, kind, listening.platform, every, now) for kind in kinds]):
                    self._awaited.discard(account)

    async def _look(self, account: str, kind: str, platform: PublicPlatform, every: timedelta, now: datetime) -> bool:
        """Look for one kind if it is time to, page by page; tell whether it was.

        What fails is tried at the next look, from where it was.
        """
        async with self._storage.begin() as work:
            begun = await work.mentions.begin_look(account, kind, now=now, before=now - every)
            await work.commit()
        if begun is None:
            return False
        cursor = begun.cursor
        try:
            for _ in range(_MOST_PAGES):
                page = await platform.look(kind, cursor, oldest=begun.first_at - _FIRST_LOOK)
                async with self._storage.begin() as work:
                    await work.mentions.add(page.found, now=now, better=True)
                    await work.mentions.put_cursor(account, kind, page.cursor)
                    await work.commit()
                cursor = page.cursor
                if page.complete:
                    break
        except SendError as error:
            self._troubles.note(account, "look", error)
            await self._note_look(account, kind, error.code or "?", now)
        else:
            self._troubles.over(account, "look")
            await self._note_look(account, kind, "", now)
        return True

    async def _note_look(self, account: str, kind: str, code: str, now: datetime) -> None:
        async with self._storage.begin() as work:
            await work.accounts.note_look(account, kind, code=code, now=now)
            await work.commit()
