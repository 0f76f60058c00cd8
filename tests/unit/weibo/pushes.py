"""What Weibo's side does: writes and signs a push for the test account."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.weibo.protocol import Codec
from adapters.weibo.signing import sign

SAMPLES = Path(__file__).parents[2] / "samples" / "weibo"
NOW = datetime.fromtimestamp(1_763_712_005, UTC)
STAMP = "1763712000000"
SECRET = "xyz123xyz"
UID = "1902538057"
CITIZEN = "2489518277"
TEXT: dict[str, Any] = json.loads((SAMPLES / "inbound" / "text.json").read_text())


def codec(**changes) -> Codec:
    settings = {"account": "main", "uid": UID, "app_secret": SECRET}
    return Codec(**(settings | changes))


def signed(*, timestamp: str = STAMP, nonce: str = "57155157", secret: str = SECRET) -> dict[str, str]:
    return {"timestamp": timestamp, "nonce": nonce, "signature": sign(secret, timestamp, nonce)}


def body(**changes) -> bytes:
    """Return the sample text message with other fields; a field of `None` is left out."""
    fields = {name: value for name, value in (TEXT | changes).items() if value is not None}
    return json.dumps(fields, ensure_ascii=False).encode()


def opened(**changes):
    """Return the sample text message with other fields, as it is opened."""
    return codec().open(signed(), body(**changes), now=NOW)


def sample(name: str) -> bytes:
    return (SAMPLES / "inbound" / f"{name}.json").read_bytes()
