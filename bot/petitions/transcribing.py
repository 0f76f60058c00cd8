"""Writing down what a citizen said in a voice message or a video, so that it can be read and found.

An event, with its author, that changes neither state nor clocks and that the citizen is not told of. Written again, the
later words replace the earlier ones; both stay in the history.
"""

from datetime import datetime

from bot.petitions.acts import OFFICE, event_of, needed
from bot.petitions.errors import NotAllowed
from bot.petitions.evolution import evolve
from bot.petitions.petition import Actor, Case, Outcome
from bot.petitions.vocabulary import EventType, Role

LONGEST = 2000
"""Characters; a voice message lasts a minute."""


def transcribe(case: Case, *, actor: Actor, now: datetime, file: str, text: str) -> Outcome:
    """Write down what the file (an attachment's key) says. Staff only; who may see the case is decided before."""
    if actor.role not in OFFICE | {Role.OFFICER}:
        raise NotAllowed
    data = {"file": file, "text": needed("text", text)[:LONGEST]}
    event = event_of(case, EventType.TRANSCRIBED, actor=actor, now=now, data=data)
    return Outcome(case=evolve(case, event), events=(event,))
