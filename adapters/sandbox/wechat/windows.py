"""How many 客服消息 an account may still send to a citizen, and until when (the platform's rule of June 2023).

A citizen's message opens 5 within 48 hours; a menu click, a follow, a scan and a tap on a menu message open 3 within
a minute. They do not add up: both windows are kept, each send counts against every open one, and a send is allowed
while any open one has something left, so the larger prevails. Pure; the moment is passed in.

While the account is being told of what the citizen has just done, it counts by what it knew before: a send meanwhile
blurs its count, and a refusal it could not foresee.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from adapters.sandbox.errors import ApiError


class Scene(StrEnum):
    """What opened a window."""

    MESSAGE = "message"
    CONTACT = "contact"
    """A menu click, a follow, a scan, a tapped choice."""


QUOTAS = {Scene.MESSAGE: (5, timedelta(hours=48)), Scene.CONTACT: (3, timedelta(minutes=1))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One open window."""

    left: int
    until: datetime


class Windows:
    """The windows of one citizen."""

    def __init__(self) -> None:
        self._open: dict[Scene, Window] = {}
        self._telling = 0
        self._blurred = False

    @property
    def telling(self) -> bool:
        """Whether the account is being told of something just now."""
        return self._telling > 0

    @contextmanager
    def told(self) -> Iterator[None]:
        """Keep in mind that the account is being told."""
        self._telling += 1
        try:
            yield
        finally:
            self._telling -= 1

    def open(self, scene: Scene, *, now: datetime) -> None:
        """Open (or open anew) the window of this scene."""
        count, length = QUOTAS[scene]
        self._blurred = self._blurred and self.telling
        self._open[scene] = Window(left=count, until=now + length)

    def close(self) -> None:
        """Close all: the citizen left."""
        self._open.clear()

    def left(self, *, now: datetime) -> int:
        """Return how many messages may still be sent now."""
        return max((window.left for window in self._open.values() if now < window.until), default=0)

    def spend(self, *, now: datetime) -> None:
        """Count one sent message; raise 45015 outside every window, 45047 when the count is used up."""
        self._blurred = self._blurred or self.telling
        current = {scene: window for scene, window in self._open.items() if now < window.until}
        if not current:
            raise ApiError(45015, "response out of time limit or subscription is canceled", unforeseen=self.telling)
        if not any(window.left for window in current.values()):
            raise ApiError(45047, "out of response count limit", unforeseen=self._blurred)
        self._open = {scene: replace(window, left=max(window.left - 1, 0)) for scene, window in current.items()}
