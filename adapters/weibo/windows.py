"""How many private messages an act of the citizen permits, and for how long.

The last published table is of 2015 and had changed three times, so the numbers come from the settings; 99 is a soft cap
named in one revision. Unfollowing closes everything (the caller's part). Knows no counter and no clock.
"""

from dataclasses import dataclass
from datetime import timedelta

from adapters.platform import Window
from adapters.weibo.inbound import SUBSCRIBE, UNSUBSCRIBE
from bot.messages import Inbound, InboundKind


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRules:
    """What is permitted after a message, follow, subscription, menu click or scan, and after a mention."""

    contact: Window
    mention: Window


RULES = WindowRules(
    contact=Window(messages=99, lasts=timedelta(hours=48)), mention=Window(messages=1, lasts=timedelta(hours=48))
)


def window_of(inbound: Inbound, *, rules: WindowRules = RULES) -> Window | None:
    """Return what `inbound` permits us to send later; None for nothing."""
    match inbound.kind:
        case InboundKind.MENTION:
            return rules.mention
        case InboundKind.MENU if inbound.text == UNSUBSCRIBE and _is_event(inbound, UNSUBSCRIBE):
            return None
        case (
            InboundKind.TEXT
            | InboundKind.IMAGE
            | InboundKind.VOICE
            | InboundKind.LOCATION
            | InboundKind.DOCUMENT
            | InboundKind.FOLLOW
            | InboundKind.MENU
            | InboundKind.SCAN
        ):
            return rules.contact
        case _:
            return None


def subscription(inbound: Inbound) -> bool | None:
    """Return True for a subscription (`dy`), False for its end (`td`), None for anything else."""
    if _is_event(inbound, SUBSCRIBE):
        return True
    return False if _is_event(inbound, UNSUBSCRIBE) else None


def _is_event(inbound: Inbound, subtype: str) -> bool:
    data = inbound.raw.get("data")
    return inbound.kind is InboundKind.MENU and isinstance(data, dict) and data.get("subtype") == subtype
