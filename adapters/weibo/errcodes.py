"""Weibo's error codes → the errors of `adapters.platform`, with what an operator can do about it.

The only place that knows the numbers. The fans service's own family (264xx) is not published: an unlisted code is a
plain refusal, permanent for this message and shown to the office. Codes come as numbers or as text, under two names.
"""

import json
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from adapters import statuses
from adapters.platform import (
    CredentialsError,
    Refused,
    RetryAfter,
    SendError,
    UnknownOutcome,
    UnreachableCitizen,
    WindowClosed,
)
from adapters.weibo.moments import next_day, next_hour

LISTED = "listed"
"""Where an answer that is a list is put; Weibo also writes an empty object as an empty list."""
DELAYED = "20032"
"""Not an error: it was taken, and will be seen in a minute or two."""
REPEATED = frozenset({"20017", "20019", "20111", "20306"})
"""The same words were taken a moment ago."""
USER_LIMITS = frozenset({"10022", "10023", "10004"})
"""The whole account or address rests until the counter starts again."""

_NOT_TAKEN = {"10002": 2.0, "10009": 4.0, "10010": 4.0}
_MAYBE_TAKEN = {"10001": 2.0, "10003": 2.0, "10011": 2.0}
TRANSIENT = frozenset({*_NOT_TAKEN, *_MAYBE_TAKEN})
_UNTIL_NEXT_HOUR = frozenset({"10004", "10022", "20016"})
_UNTIL_NEXT_DAY = frozenset({"10023", "10024"})
_UNREACHABLE = frozenset({"20003", "20301", "20508", "20206", "20207", "20112"})
_NEW_TOKEN = "the token is dead: bind the account again (fans service) or sign in again (OAuth2), then restart"  # noqa: S105
_GRANT = "Weibo has not granted this interface to the app: see the app's permissions on open.weibo.com"
_PERSON = "sign in to the account by hand, answer what Weibo asks there, and ask Weibo if it stays"
REMEDIES = {
    **dict.fromkeys(
        ("21301", "21314", "21315", "21316", "21317", "21319", "21327", "21332", "10006", "20502"), _NEW_TOKEN
    ),
    **dict.fromkeys(("10005", "10014"), _GRANT),
    "21321": "the app is not audited: add the account as one of its test accounts on open.weibo.com",
    "21335": "the token belongs to another account: sign in again with the office's own",
    "21337": _GRANT,
    **dict.fromkeys(("20015", "20031"), _PERSON),
}
"""What an operator can do, in English; the console has its own words for each (`bot.console.remedy_words`)."""
_WORDS = {"expired_token": "21327", "invalid_access_token": "21332"}
_NOT_WEIBO = "the answer does not come from Weibo's interface: check the addresses and the way out of this network"
_CODE = re.compile(r"[0-9A-Za-z_-]{1,16}", re.ASCII)


def read_answer(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in `body`, a list as an object with it under `LISTED`, None for anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list):
        return {LISTED: value}
    return value if isinstance(value, dict) else None


def code_of(answer: Mapping[str, Any]) -> str:
    """Return the error code of an answer, '' for success, '?' for an error without one that can be read."""
    for name in ("error_code", "errcode"):
        value = answer.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return "" if value == 0 else str(value)
        if isinstance(value, str) and value.strip():
            text = value.strip()
            return "" if text == "0" else text if _CODE.fullmatch(text) else "?"
    if "error" in answer:
        return _WORDS.get(str(answer["error"]), "?")
    return "?" if answer.get("result") is False else ""


def error_for(code: str, *, call: str, now: datetime, window_codes: Collection[str] = ()) -> SendError:
    """Return the error for a code; nothing of Weibo's own words, as they may hold anything.

    `window_codes` are those that the settings have found to mean a closed window. Codes of `_MAYBE_TAKEN` are errors of
    Weibo's inside, after which a message may have been kept.
    """
    message = f"{call}: error {code}"
    if code in window_codes:
        return WindowClosed(message, code=code)
    if code in _NOT_TAKEN:
        return RetryAfter(message, code=code, seconds=_NOT_TAKEN[code])
    if code in _MAYBE_TAKEN:
        return UnknownOutcome(message, code=code)
    if code in _UNTIL_NEXT_HOUR:
        return RetryAfter(message, code=code, seconds=(next_hour(now) - now).total_seconds())
    if code in _UNTIL_NEXT_DAY:
        return RetryAfter(message, code=code, seconds=(next_day(now) - now).total_seconds())
    if code in _UNREACHABLE:
        return UnreachableCitizen(message, code=code)
    if remedy := REMEDIES.get(code):
        return CredentialsError(message, code=code, remedy=remedy)
    return Refused(message, code=code)


def error_for_status(status: int, *, call: str) -> SendError | None:
    """Return the error for an answer without a code of Weibo's, None for 200."""
    return statuses.error_for_status(status, call=call, busy=RetryAfter, remedy=_NOT_WEIBO)
