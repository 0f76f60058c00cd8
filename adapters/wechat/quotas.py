"""How many calls of a form WeChat still grants today: what is asked, and how the answer is read. Pure.

Reached by `openapi/quota/get`, which names another call by its path without the host. Numbers may come as text.
"""

from collections.abc import Mapping
from typing import Any

from adapters.platform import Rung, UnknownOutcome
from bot.petitions.account_ports import CallQuota

QUOTA_PATH = "/cgi-bin/openapi/quota/get"
CALL_PATHS: Mapping[Rung, str] = {
    Rung.MESSAGE: "/cgi-bin/message/custom/send",
    Rung.TEMPLATE: "/cgi-bin/message/template/send",
    Rung.SUBSCRIPTION: "/cgi-bin/message/subscribe/bizsend",
}
"""The call behind each form of sending."""


def read_quota(rung: Rung, answer: Mapping[str, Any]) -> CallQuota:
    """Return what an accepted answer says of today; raise `UnknownOutcome` when it says nothing that can be read."""
    told = answer.get("quota")
    told = told if isinstance(told, Mapping) else {}
    limit, left = _number(told.get("daily_limit")), _number(told.get("remain"))
    if limit is None or left is None:
        raise UnknownOutcome(f"{QUOTA_PATH}: an answer without the numbers of the day")
    return CallQuota(call=rung.value, left=left, limit=limit)


def _number(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19 else None  # noqa: PLR2004  fits a database's number
