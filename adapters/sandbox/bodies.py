"""What a script asks of the sandbox, read or refused: JSON objects, texts, numbers, files. Knows no platform."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from adapters.sandbox.errors import BadInput
from adapters.sandbox.evidence import Samples

LARGEST_MEDIA = 20 * 1024 * 1024


async def read_object(request: web.Request) -> dict[str, Any]:
    """Return the JSON object of a request's body."""
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise BadInput("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadInput("the body is not a JSON object")
    return body


def read_number(request: web.Request, name: str) -> int:
    """Return a whole number of the query, 0 where it is not given."""
    text = request.query.get(name, "0")
    if not text.isdecimal() or not text.isascii():
        raise BadInput(f"{name}: a whole number is needed")
    return int(text)


def read_string(value: object, name: str) -> str:
    """Return a text that is not empty."""
    if not isinstance(value, str) or not value:
        raise BadInput(f"{name}: a text that is not empty is needed")
    return value


def read_bytes(kind: str, value: object, samples: Samples) -> bytes:
    """Return the bytes of base64, or of our sample of an image, voice or video."""
    if value == "sample":
        return samples.of(kind)
    try:
        content = base64.b64decode(read_string(value, kind), validate=True)
    except binascii.Error as error:
        raise BadInput(f'{kind}: base64 or the word "sample" is needed') from error
    if not content or len(content) > LARGEST_MEDIA:
        raise BadInput(f"{kind}: between 1 byte and 20 MB")
    return content


def read_place(value: object, name: str) -> tuple[float, float, str]:
    """Return latitude, longitude and label of an object with these names; of a mere label, at sample coordinates."""
    given = value if isinstance(value, Mapping) else {"label": read_string(value, name)}
    try:
        latitude, longitude = float(given.get("latitude", 29.563009)), float(given.get("longitude", 106.551556))
    except (TypeError, ValueError) as error:
        raise BadInput(f"{name}: latitude and longitude are numbers, in degrees") from error
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004 -- degrees
        raise BadInput(f"{name}: latitude or longitude out of range")
    return latitude, longitude, str(given.get("label", ""))
