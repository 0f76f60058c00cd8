"""What stood around a public mention, added to the petition that was made of it before anybody could ask for it.

No act of a person: no clock begins, ends or stands still, and nobody is told. It may come after the petition has ended.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.petitions.acts import event_of
from bot.petitions.evolution import evolve
from bot.petitions.petition import CLOCK, Case, Outcome
from bot.petitions.vocabulary import EventType


def enrich(case: Case, *, now: datetime, text: str, attachments: Sequence[str]) -> Outcome:
    """Record the words and files (inbound keys) that were found later."""
    data = {"text": text, "attachments": list(attachments)}
    event = event_of(case, EventType.ENRICHED, actor=CLOCK, now=now, data=data)
    return Outcome(case=evolve(case, event), events=(event,))
