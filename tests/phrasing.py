"""The office's own phrases, read once: what tests put replies into words with."""

from bot.phrasing import Phrasing
from config.phrases import load_phrases

CHINESE = Phrasing(load_phrases())


def said(*values: object, book: Phrasing = CHINESE) -> tuple[str, ...]:
    """Put replies, dates and texts into words, by default into Chinese."""
    return tuple(book.text(value) for value in values)
