"""What waits for one citizen: which messages others have overtaken, and how many leave together as one. Pure.

A platform permits few messages, so what waited leaves in as few as fit, oldest first, in order. Only one question with
choices can be asked at a time: where several are joined, all but a last one lose their choices and the citizen is told
the word that brings them back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.messages import Outbound
from bot.petitions.outbox_ports import OutboxMessage, OutboxState
from bot.petitions.superseding import overtaken
from bot.petitions.vocabulary import NoticeKind

_UNSENT = frozenset({OutboxState.PENDING, OutboxState.SENDING, OutboxState.WAITING})
_COUNTS = _UNSENT | {OutboxState.SENT}
"""What has been told, or still will be; what is dead or unknown overtakes nobody."""
_KINDS = {kind.value: kind for kind in NoticeKind}
_OF_OWNER = {value: kind for value, kind in _KINDS.items() if kind is not NoticeKind.JOINED_ENDED}
"""What goes to who filed the petition."""


def merged(notices: Iterable[OutboxMessage]) -> Mapping[int, OutboxMessage]:
    """Return the unsent notices of petitions that later ones make pointless, by id, each with the newest of those."""
    told = sorted((one for one in notices if one.kind in _OF_OWNER and one.state in _COUNTS), key=lambda one: one.id)
    found: dict[int, OutboxMessage] = {}
    for index, one in enumerate(told):
        if one.state not in _UNSENT or one.unclear_at is not None:
            continue
        for later in reversed(told[index + 1 :]):
            if later.number == one.number and overtaken(_KINDS[one.kind], one.values, [_KINDS[later.kind]]):
                found[one.id] = later
                break
    return found


def joinable(message: OutboxMessage) -> bool:
    """Tell whether a message may share one with others: a notice that is not on its way already.

    A reply asks something, and there is one question a message.
    """
    return message.kind in _KINDS and message.unclear_at is None


def joined(parts: Sequence[Outbound], *, hint: str, tail: str = "") -> Outbound:
    """Return several messages as one; `hint` stands in for choices that are lost, `tail` is said last."""
    if len(parts) == 1 and not tail:
        return parts[0]
    asking = [index for index, part in enumerate(parts) if part.choices]
    kept = parts[-1].choices if asking == [len(parts) - 1] else ()
    texts = [part.text.strip() for part in parts]
    if asking and not kept:
        texts.append(hint)
    return Outbound(text="\n\n".join([*texts, tail] if tail else texts), choices=kept)


def together(parts: Sequence[Outbound], fits: Callable[[Sequence[Outbound]], bool]) -> int:
    """Return how many of `parts`, from the first on, leave as one message: at least one, and no more than fit."""
    count = 1
    while count < len(parts) and fits(parts[: count + 1]):
        count += 1
    return count
