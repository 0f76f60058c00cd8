"""What a Weibo callback can be besides malformed; both are kept for a human and acted on by nobody.

The tree::

adapters.platform.MalformedMessage
├── QuarantinedMessage   a signed query that was used before, with another body
└── XmlMessage           the account was switched to XML pushes
"""

from adapters.platform import MalformedMessage


class QuarantinedMessage(MalformedMessage):
    """A signed query came again with another body: almost certainly forged, as the signature does not cover the body.

    It is not dropped, since a citizen's message may hide behind a wrong assumption of ours.
    """

    quarantined = True

    def __init__(self, *, raw: str | bytes) -> None:
        super().__init__("quarantined: this timestamp and nonce came before with another body", raw=raw)


class XmlMessage(MalformedMessage):
    """The account pushes XML: somebody called `2/eps/push/set_format`; all messages end here until it is set back."""

    switched_to_xml = True

    def __init__(self, *, raw: str | bytes) -> None:
        super().__init__("the account was switched to XML: set it back to JSON (2/eps/push/set_format)", raw=raw)
