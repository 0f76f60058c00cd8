"""How far the demo's clock was moved, kept beside its database: for the next start, and for commands beside it."""

import json
from datetime import datetime
from pathlib import Path

from bot.clock import Clock, MovableClock, SystemClock

_NAME = "clock.json"
_AHEAD = "ahead_seconds"


class ClockFile:
    """The file of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / _NAME

    def read(self) -> float:
        """Return the seconds ahead, 0 when nothing is kept."""
        return float(json.loads(self._path.read_text())[_AHEAD]) if self._path.is_file() else 0.0

    def write(self, seconds: float) -> None:
        """Keep the seconds ahead."""
        self._path.write_text(json.dumps({_AHEAD: seconds}))


def present(data_dir: Path) -> datetime:
    """Return the present moment of the gateway that works on `data_dir`: a demo's clock may have been moved."""
    ahead = ClockFile(data_dir).read()
    clock: Clock = MovableClock(ahead=ahead) if ahead else SystemClock()
    return clock.now()
