"""What is asked of the store of pictures, voices and videos that citizens send. Errors and moments as in `ports`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.messages import MediaKind


class AttachmentState(StrEnum):
    """Where a file stands; persisted."""

    WANTED = "wanted"
    STORED = "stored"
    LOST = "lost"
    """The platform no longer has it, or refuses it for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Something a citizen attached. `path` and `playable` are relative to the data directory, '' until stored."""

    key: str
    """The key of the inbound message that brought it."""
    citizen: str
    number: str | None
    kind: MediaKind
    media_id: str
    better_id: str
    received_at: datetime
    state: AttachmentState = AttachmentState.WANTED
    path: str = ""
    playable: str = ""
    """A copy that a browser plays (voice as audio/wav) or shows without EXIF (pictures); '' where none was made."""
    content_type: str = ""
    size: int = 0
    sha256: str = ""
    attempts: int = 0
    next_at: datetime | None = None
    detail: str = ""
    transcript: str = ""
    """What it says, written down by the staff."""


class Attachments(Protocol):
    """Files of citizens."""

    async def claim(self, *, now: datetime, lease: datetime, limit: int) -> tuple[Attachment, ...]:
        """Take wanted files whose `next_at` has come; they are not given again before `lease`."""
        ...

    async def update(self, attachment: Attachment) -> None:
        """Write state, path, playable, content_type, size, sha256, attempts, next_at and detail."""
        ...

    async def write_down(self, key: str, text: str) -> None:
        """Keep what a file says in words; it is searched in."""
        ...

    async def of_petition(self, number: str) -> tuple[Attachment, ...]:
        """Return the files of a petition in the order in which they came."""
        ...

    async def get(self, key: str) -> Attachment | None:
        """Return one file."""
        ...
