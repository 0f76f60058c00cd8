"""The office's own phrases, read once: what tests put replies into words with."""

from bot.messages import Reply
from bot.phrasing import Phrasing
from config.phrases import load_phrases

CHINESE = Phrasing(load_phrases())


def said(*replies: Reply, book: Phrasing = CHINESE) -> tuple[str, ...]:
    """Put replies into words, by default into Chinese."""
    return tuple(book.text(reply) for reply in replies)
