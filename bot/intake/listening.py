"""How the mentions of one account are found, and what is said when that fails."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from adapters.platform import CredentialsError, PublicPlatform, SendError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """How the mentions of one account are found: `every` so often by looking, None by push alone.

    `asks` is how many pushed mentions a day may be asked about one by one: a look brings fifty whole ones at one call,
    so the looks of the day come first.
    """

    platform: PublicPlatform
    every: timedelta | None
    asks: int


class Troubles:
    """What went wrong with asking the platforms, by account and what was asked."""

    def __init__(self) -> None:
        self._alarmed: set[tuple[str, str]] = set()

    def note(self, account: str, what: str, error: SendError) -> None:
        """Cry out once over credentials, until it works again; anything else passes by itself."""
        if not isinstance(error, CredentialsError):
            log.warning("mentions.put_off", account=account, what=what, code=error.code)
        elif (account, what) not in self._alarmed:
            self._alarmed.add((account, what))
            log.error("mentions.paused", account=account, what=what, code=error.code, remedy=error.remedy)

    def over(self, account: str, what: str) -> None:
        """Note that it works: the next failure is cried out again."""
        self._alarmed.discard((account, what))
