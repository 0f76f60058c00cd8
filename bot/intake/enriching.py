"""What stands around a mention, found after the mention was turned: it goes to the draft or the petition made of it.

All in one transaction with the mention itself, so that it happens once, whatever ends in between. Who has dropped the
draft is left in peace: then only the mention, which staff see, becomes whole.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.intake.turning import attachments
from bot.messages import Inbound
from bot.petitions.attachment_ports import Attachment
from bot.petitions.enriching import enrich
from bot.petitions.mention_ports import Mention, MentionState
from bot.petitions.ports import Storage, UnitOfWork
from bot.petitions.turn_ports import CitizenRow, TurnWrites
from dialogs.mentioned import Mentions, Sense


class Enricher:
    """Adds what was found later."""

    def __init__(self, storage: Storage, mentions: Mentions) -> None:
        self._storage = storage
        self._mentions = mentions

    async def add(self, mention: Mention, whole: Inbound, *, now: datetime) -> bool:
        """Give the whole of a mention to what was made of it; tell whether there are files to be fetched."""
        async with self._storage.begin() as work:
            citizen = whole.citizen.key
            row = (await work.turns.load([], [citizen])).citizens[citizen]
            known = await work.mentions.get(whole.key) or mention  # as it is now that the citizen is held
            if known.next_at is None:
                return False  # another process was quicker
            files = [one for one in attachments(whole, now=now) if await work.attachments.get(one.key) is None]
            state, session = self._redrafted(known, whole, row.session, now)
            if known.number:
                files = await self._to_petition(work, known.number, whole, files, now=now)
            elif session is None:
                files = []
            rows: tuple[CitizenRow, ...] = ()
            if session is not None and session != row.session:
                rows = (replace(row, session=session, draft_at=row.draft_at or now),)  # time may now end a draft
            await work.turns.save(TurnWrites(citizens=rows, attachments=files))
            done = replace(known, inbound=whole, state=state, next_at=None, detail=self._mentions.sense(whole).value)
            await work.mentions.update(done)
            await work.commit()
        return bool(files)

    def _redrafted(
        self, mention: Mention, whole: Inbound, session: str, now: datetime
    ) -> tuple[MentionState, str | None]:
        """Return the mention's state and its citizen's session with the whole of it; None where no draft is.

        What looked like nothing but an @ may be a request once its pictures are there.
        """
        if mention.state is MentionState.ASIDE and self._mentions.sense(whole) is Sense.REQUEST:
            return MentionState.DRAFTED, self._mentions.drafted(session, whole, at=int(now.timestamp()))
        return mention.state, self._mentions.enriched(session, whole)

    async def _to_petition(
        self, work: UnitOfWork, number: str, whole: Inbound, files: Sequence[Attachment], *, now: datetime
    ) -> list[Attachment]:
        """Record what is new to the petition; return its files."""
        case = await work.cases.get(number, lock=True)
        if case is None:
            return []
        words = self._mentions.added_words(case.petition.content, whole)
        if words or files:
            await work.cases.save(enrich(case, now=now, text=words, attachments=[one.key for one in files]))
        return [replace(one, number=number) for one in files]
