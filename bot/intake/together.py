"""The turns of one batch that need nothing of the database but the citizens' rows.

What needs more (a lookup, an act on an existing petition, a filing that began in public) is set aside with all later
messages of the same citizen.
"""

from datetime import datetime

import structlog

from bot.intake.acting import Registrar
from bot.intake.pending import Pending, late_replies, state_of
from bot.intake.turning import Turned, Turner, attachments
from bot.messages import InboundKind
from bot.petitions.attachment_ports import Attachment
from bot.petitions.petition import Outcome
from bot.petitions.turn_ports import CitizenRow, InboundRecord, LateReply, TurnState, TurnWrites
from dialogs.intents import File
from dialogs.lookups import Lookup

log = structlog.get_logger(__name__)


class Together:
    """The turns of one batch, as far as they need nothing but the citizens' rows."""

    def __init__(self, turner: Turner, state: TurnState, *, now: datetime) -> None:
        self._turner = turner
        self._repeats = state.repeats
        self._rows: dict[str, CitizenRow] = dict(state.citizens)
        self._touched: dict[str, None] = {}
        self._now = now
        self._deferred: set[str] = set()
        self._records: list[InboundRecord] = []
        self._outcomes: list[Outcome] = []
        self._late: list[LateReply] = []
        self.attachments: list[Attachment] = []
        self.filings: list[tuple[Pending, Turned, File]] = []
        self.alone: list[Pending] = []
        self.repeats: list[tuple[Pending, str]] = []
        self.answered: list[tuple[Pending, str]] = []

    def take(self, pending: Pending) -> None:
        """Make the turn of one message, or set it aside for later."""
        inbound, citizen = pending.inbound, pending.inbound.citizen.key
        if inbound.key in self._repeats:
            self.repeats.append((pending, self._repeats[inbound.key]))
            return
        if citizen in self._deferred or inbound.reports:
            self.alone.append(pending)
            return
        try:
            turned = self._turner.turn(self._rows[citizen], inbound, now=self._now, hurried=pending.hurried)
            if isinstance(turned, Lookup):
                self._defer(pending)
            elif not turned.intents:
                self._keep(pending, turned)
            elif len(turned.intents) == 1 and isinstance(filing := turned.intents[0], File) and not filing.mention:
                self._rows[citizen] = turned.row
                self._touched[citizen] = None
                self.filings.append((pending, turned, filing))
            else:
                self._defer(pending)
        except Exception:
            log.exception("intake.turn_failed", key=inbound.key)
            self._defer(pending)  # alone, it fails again and is stored as failed

    def file_all(self, registrar: Registrar, first: int) -> None:
        """Make petitions of the drafts filed in this batch, numbered from `first`."""
        for sequence, (pending, turned, filing) in enumerate(self.filings, first):
            citizen = pending.inbound.citizen.key
            filed = registrar.file(filing.draft, sequence=sequence, citizen=citizen, now=self._now)
            self._outcomes.append(filed.outcome)
            _, text, pending.outbound = self._turner.words(turned, pending.inbound, filed.values)
            self._record(pending, text)

    def writes(self) -> TurnWrites:
        """Return all that is to be written."""
        return TurnWrites(
            records=self._records,
            citizens=[self._rows[key] for key in self._touched],
            attachments=self.attachments,
            outcomes=self._outcomes,
            late=self._late,
        )

    def _defer(self, pending: Pending) -> None:
        self._deferred.add(pending.inbound.citizen.key)
        self.alone.append(pending)

    def _keep(self, pending: Pending, turned: Turned) -> None:
        row, text, pending.outbound = self._turner.words(turned, pending.inbound, {})
        self._rows[row.key] = row
        self._touched[row.key] = None
        self._record(pending, text)

    def _record(self, pending: Pending, text: str) -> None:
        inbound = pending.inbound
        self._records.append(
            InboundRecord(inbound=inbound, state=state_of(inbound), received_at=pending.received_at, reply=text)
        )
        if inbound.media:
            self.attachments += attachments(inbound, now=self._now)
        if pending.late or inbound.kind is InboundKind.MENTION:
            self._late += late_replies(pending, self._now)
            pending.late_written = True
        self.answered.append((pending, text))
