"""What a turn wants done: the caller does it in the transaction that keeps the turn."""

from dataclasses import dataclass

from bot.messages import Reply
from bot.petitions.acts import Act
from bot.petitions.petition import Draft
from bot.petitions.vocabulary import Rating, Solved
from bot.values import frozen


@frozen
class File:
    """File the draft. The reply gains the values `number`, `code`, `response_due`, `answer_due`.

    `mention` is the key of the public mention it was made of, '' where it began in private.
    """

    draft: Draft
    mention: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Withdraw the citizen's own petition."""

    number: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Rate the citizen's own petition; what is None stays as it was said before."""

    number: str
    rating: Rating | None = None
    solved: Solved | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redo:
    """Send the citizen's own petition back to be done again, as they rated it."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """Add words and files (inbound keys) to the citizen's own petition."""

    number: str
    text: str = ""
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chase:
    """Press on with the citizen's own petition."""

    number: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Ask for 复查 (`Act.REVIEW`) or 复核 (`Act.RECHECK`) of the reply to the citizen's own petition."""

    number: str
    level: Act
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """Follow one's own petition from another platform, where its number and 查询码 were shown.

    `owner` is the account that filed it, and hears `told`.
    """

    number: str
    owner: str
    told: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Stand by somebody else's petition."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quit:
    """Stand by it no longer."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Tell the staff of a danger; `message` is the key of the message that speaks of it."""

    danger: str
    label: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPerson:
    """Queue the citizen for a person of the staff; `message` is the key of the one that asks for it."""

    message: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Put this message before the person the citizen talks with, or waits for."""

    message: str
    about: str = ""
    """What it says, in case nothing said yet what the chat is about."""
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """End the chat with a person; `message` is the key of the one that ends it."""

    message: str
    unfollowed: bool = False


_OfPetition = Withdraw | Rate | Redo | Supplement | Chase | Review | Follow | Join | Quit
Intent = Alarm | AskPerson | Leave | Say | File | _OfPetition
