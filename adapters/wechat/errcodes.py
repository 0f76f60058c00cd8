"""WeChat's `errcode` → the errors of `adapters.platform`, with what an operator can do about it.

The only place that knows the numbers. A code that is not listed is a plain refusal: the platform did not take it.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from adapters import statuses
from adapters.platform import (
    CredentialsError,
    FieldRejected,
    QuotaExceeded,
    Refused,
    RetryAfter,
    SendError,
    UnreachableCitizen,
    WindowClosed,
)

TOKEN_ERRORS = frozenset({40001, 40014, 42001})
"""The token is stale or wrong: worth one try with a fresh one."""

_RETRY_SECONDS = {-1: 5.0, 40241: 65.0}
"""Busy; the same content to the same citizen within sixty seconds."""
_QUOTA_SECONDS = {45009: 3600.0, 45011: 60.0, 43117: 600.0}
"""Of the day; of the minute; to this citizen."""
_TO_ONE_CITIZEN = frozenset({43117})
_FIELDS = frozenset({47003})
_WINDOW = frozenset({45015, 45047})
_UNREACHABLE = frozenset({43004, 40003, 43019, 48002, 43101})
_LEFT = frozenset({43004})
_TEST_SECRET = "check app_secret and app_id of this account in the settings"  # noqa: S105  a sentence, not a secret
_CONFIRM_IP = "the account's administrator must confirm this server's IP address in WeChat"
REMEDIES = {
    40001: _TEST_SECRET + ", and that nothing else calls /cgi-bin/token with the same app id",
    40014: _TEST_SECRET,
    42001: _TEST_SECRET,
    40013: "check app_id of this account in the settings",
    40125: "check app_secret of this account in the settings",
    41001: "no token was sent: " + _TEST_SECRET,
    40243: "the AppSecret is frozen: unfreeze it on the WeChat developer platform and wait ten minutes",
    40164: "add this server's IP address to the account's IP whitelist on the WeChat developer platform",
    61004: "add this server's IP address to the account's IP whitelist on the WeChat developer platform",
    48001: "the account lacks the right to this interface: it must be a verified service account",
    50002: "the account is limited: see the notices on the WeChat console",
    89503: _CONFIRM_IP,
    89506: _CONFIRM_IP,
    89507: _CONFIRM_IP,
}
"""What an operator can do, in English; the console has its own words for each (`bot.console.remedy_words`)."""
_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b", re.ASCII)
_NOT_WECHAT = "the answer does not come from WeChat's interface: check api_base and the way out of this network"


def read_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in `body`, None when it is anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def code_of(answer: Mapping[str, Any]) -> int | None:
    """Return the errcode of an answer, 0 for success, None where it has none that can be read."""
    code = answer.get("errcode")
    if isinstance(code, int) and not isinstance(code, bool):
        return code
    return int(code) if isinstance(code, str) and re.fullmatch(r"-?\d{1,9}", code, re.ASCII) else None


def error_for(code: int, *, call: str, errmsg: str = "") -> SendError:
    """Return the error for a non-zero errcode; of `errmsg` only an IP address is used, as it may hold anything."""
    message, text = f"{call}: errcode {code}", str(code)
    if code in _RETRY_SECONDS:
        return RetryAfter(message, code=text, seconds=_RETRY_SECONDS[code])
    if code in _QUOTA_SECONDS:
        whole = code not in _TO_ONE_CITIZEN
        return QuotaExceeded(message, code=text, seconds=_QUOTA_SECONDS[code], whole_account=whole)
    if code in _WINDOW:
        return WindowClosed(message, code=text)
    if code in _UNREACHABLE:
        return UnreachableCitizen(message, code=text, left=code in _LEFT)
    if remedy := REMEDIES.get(code):
        address = _ADDRESS.search(errmsg) if code in {40164, 61004} else None
        return CredentialsError(message, code=text, remedy=f"{remedy} ({address.group()})" if address else remedy)
    return FieldRejected(message, code=text) if code in _FIELDS else Refused(message, code=text)


def error_for_status(status: int, *, call: str) -> SendError | None:
    """Return the error for an HTTP status that WeChat itself never gives, None for 200."""
    return statuses.error_for_status(status, call=call, busy=QuotaExceeded, remedy=_NOT_WECHAT)
