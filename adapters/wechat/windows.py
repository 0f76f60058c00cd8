"""How many 客服消息 an act of the citizen permits, and for how long (the platform's table of 2023-06-12).

Whether permissions add up is not documented; whoever counts takes the larger. Knows no counter and no clock.
"""

from datetime import timedelta

from adapters.platform import Window
from bot.messages import Inbound, InboundKind

MESSAGE = Window(messages=5, lasts=timedelta(hours=48))
SHORT = Window(messages=3, lasts=timedelta(minutes=1))
"""After a bottom menu's click or scan, following, or scanning a code; a tapped choice counts as a menu too."""


def window_of(inbound: Inbound) -> Window | None:
    """Return what `inbound` permits us to send later; None for nothing."""
    match inbound.kind:
        case InboundKind.TEXT:
            return SHORT if inbound.choice else MESSAGE
        case InboundKind.IMAGE | InboundKind.VOICE | InboundKind.VIDEO | InboundKind.LOCATION | InboundKind.LINK:
            return MESSAGE
        case InboundKind.DOCUMENT if inbound.raw.get("MsgType") == "text":
            return MESSAGE  # a sticker: WeChat hands it on as a message like any other
        case InboundKind.MENU | InboundKind.FOLLOW | InboundKind.SCAN:
            return SHORT
        case InboundKind.IGNORED if str(inbound.raw.get("Event", "")).lower() == "scancode_push":
            return SHORT
        case _:
            return None
