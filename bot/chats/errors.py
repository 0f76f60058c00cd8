"""What can stand against an act on a chat.

ChatError
├── UnknownChat      there is no such chat
├── ChatTaken        somebody else holds it
└── ChatOver         it has ended, or is not held
"""

from bot.errors import GatewayError


class ChatError(GatewayError):
    """Something stands against this act on a chat."""


class UnknownChat(ChatError):
    """There is no such chat."""


class ChatTaken(ChatError):
    """Somebody else of the staff holds this chat."""

    def __init__(self, officer: str) -> None:
        super().__init__()
        self.officer = officer


class ChatOver(ChatError):
    """This chat has ended, or nobody holds it."""
