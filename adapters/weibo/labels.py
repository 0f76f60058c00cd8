"""The few words that a Weibo message says besides those it is given: handed in, as the adapter speaks no language."""

from collections.abc import Callable

from bot.values import frozen


@frozen
class Labels:
    """`more` is the line that offers what did not fit; the others stand where something was taken out, or put in."""

    more: str
    omitted: str
    """In public, in the place of what is personal."""
    numbered: Callable[[str], str]
    """What a public text begins with when it does not name its petition's number."""
    rival: str
    """In the place of WeChat's name."""
    rival_address: str
    """In the place of an address of WeChat's."""
