"""Keeps messages on the local disk while the database is away: JSON lines in one file, synced before they count.

An entry is dropped by overwriting the first byte of its line, which the disk does whole or not at all; when the last
one is dropped, the file is emptied. Appending always goes to the end of the last whole line, so that what a crash or a
full disk left half written is overwritten, and is cut off when the file is opened. Nothing half written was ever
acknowledged. Entries that were worked off but not yet dropped come again: whoever reads them must know repeats.
"""

import asyncio
import json
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, Self

import structlog

log = structlog.get_logger(__name__)

_DROPPED = b"#"
_END = b"\n"


class Spool:
    """The file at `path`; made by `open`. All file operations run in threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: deque[tuple[int, int]] = deque()
        """Where the kept entries lie: (offset, length)."""
        self._size = 0
        self._file = -1
        self._busy = threading.Lock()

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open the spool, creating it where absent, with what an earlier process left in it."""
        spool = cls(path)
        await asyncio.to_thread(spool._open)
        return spool

    async def close(self) -> None:
        """Close the file."""
        await asyncio.to_thread(self._close)

    @property
    def pending(self) -> int:
        """How many entries are kept."""
        return len(self._lines)

    async def append(self, entry: dict[str, Any]) -> None:
        """Keep one more entry; it is on the disk when this returns. Raises OSError."""
        await asyncio.to_thread(self._append, json.dumps(entry).encode() + _END)

    async def read(self, limit: int | None = None) -> list[dict[str, Any]]:
        """Return the oldest entries, `limit` at most; they stay."""
        return await asyncio.to_thread(self._read, limit)

    async def drop(self, count: int) -> None:
        """Forget the `count` oldest entries."""
        await asyncio.to_thread(self._drop, count)

    async def clear(self) -> None:
        """Forget all entries."""
        await asyncio.to_thread(self._drop, None)

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        _sync_folder(self._path.parent)
        content = self._path.read_bytes()
        self._size = content.rfind(_END) + 1
        os.ftruncate(self._file, self._size)
        for offset, line in _lines(content[: self._size]):
            if line.startswith(_DROPPED):
                continue
            if _readable(line):
                self._lines.append((offset, len(line)))
            else:
                log.error("spool.unreadable_line", offset=offset)

    def _close(self) -> None:
        with self._busy:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _append(self, line: bytes) -> None:
        with self._busy:
            try:
                _write_all(self._file, line, self._size)
                os.fsync(self._file)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(self._file, self._size)
                raise
            self._lines.append((self._size, len(line)))
            self._size += len(line)

    def _read(self, limit: int | None) -> list[dict[str, Any]]:
        with self._busy:
            return [json.loads(os.pread(self._file, length, at)) for at, length in islice(self._lines, limit)]

    def _drop(self, count: int | None) -> None:
        with self._busy:
            gone = len(self._lines) if count is None else min(count, len(self._lines))
            if gone == len(self._lines):
                os.ftruncate(self._file, 0)
                self._size = 0
            else:
                for offset, _ in islice(self._lines, gone):
                    os.pwrite(self._file, _DROPPED, offset)
            os.fsync(self._file)
            for _ in range(gone):
                self._lines.popleft()


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    for line in content.splitlines(keepends=True):
        yield offset, line
        offset += len(line)


def _readable(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _write_all(file: int, content: bytes, offset: int) -> None:
    while content:
        written = os.pwrite(file, content, offset)
        content, offset = content[written:], offset + written


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
