"""What can be wrong with a callback of WeChat; see `adapters.platform` for the tree these hang in.

This module knows no wire format.
"""

from adapters.platform import MalformedMessage


class MalformedPayload(MalformedMessage):
    """The body is signed and fresh, and still cannot be understood.

    `raw` is what could be saved of it: the decrypted text where decryption worked, else the body. `oversized` is set
    for a body above the cap, which is refused unread: nothing is known of its sender, and `raw` is empty.
    """

    def __init__(self, message: str = "", *, raw: str | bytes = b"", oversized: bool = False) -> None:
        super().__init__(message)
        self.raw = raw
        self.oversized = oversized
