"""One turn in a transaction of its own: with lookups, with acts on petitions that exist, or after its batch failed."""

from datetime import datetime

from bot.clock import Clock
from bot.intake.acting import Registrar, find, perform
from bot.intake.pending import Pending, late_replies, state_of
from bot.intake.reports import keep_reports
from bot.intake.turning import Turner, attachments, supplemented
from bot.messages import InboundKind
from bot.metrics import Metrics
from bot.petitions.ports import Storage
from bot.petitions.turn_ports import InboundRecord, InboundState, LateReply, TurnWrites
from dialogs.intents import Alarm, AskPerson, Follow, Leave, Say
from dialogs.lookups import Facts, Lookup

CHATTED = (Alarm, AskPerson, Say, Leave)
"""After these the console has something to show at once."""


class SingleTurns:
    """Makes turns one by one."""

    def __init__(
        self, *, storage: Storage, turner: Turner, registrar: Registrar, clock: Clock, metrics: Metrics
    ) -> None:
        self._storage = storage
        self._turner = turner
        self._registrar = registrar
        self._clock = clock
        self._metrics = metrics

    async def turn(self, pending: Pending) -> str:
        """Make the turn and return its reply; raises whatever went wrong, and then nothing is written."""
        inbound, now = pending.inbound, self._clock.now()
        citizen = inbound.citizen.key
        async with self._storage.begin() as work:
            state = await work.turns.load([inbound.key], [citizen])
            if inbound.key in state.repeats:
                pending.repeated = state.repeats[inbound.key]
                return pending.repeated
            row = state.citizens[citizen]
            turned = self._turner.turn(row, inbound, now=now, hurried=pending.hurried)
            facts: tuple[Facts, ...] = ()
            while isinstance(turned, Lookup):
                facts += (await find(work, turned, registrar=self._registrar, citizen=citizen, now=now),)
                turned = self._turner.turn(row, inbound, now=now, facts=facts)
            values: dict[str, object] = {}
            files = attachments(inbound, now=now, number=supplemented(turned.intents))
            if inbound.reports:
                await keep_reports(work, inbound, subscriptions=self._turner.subscriptions(inbound), now=now)
            for intent in turned.intents:
                values.update(await perform(work, intent, registrar=self._registrar, citizen=citizen, now=now))
            row, text, pending.outbound = self._turner.words(turned, inbound, values)
            record = InboundRecord(
                inbound=inbound, state=state_of(inbound), received_at=pending.received_at, reply=text
            )
            late = late_replies(pending, now)
            told = [self._told(intent, citizen, now) for intent in turned.intents if isinstance(intent, Follow)]
            writes = TurnWrites(records=[record], citizens=[row], attachments=files, late=[*late, *told])
            await work.turns.save(writes)
            await work.commit()
        pending.late_written = bool(late)
        pending.chatted = any(isinstance(intent, CHATTED) for intent in turned.intents)
        self._metrics.turns.labels("turned").inc()
        return text

    def _told(self, follow: Follow, citizen: str, now: datetime) -> LateReply:
        """Return what the account that filed a petition hears when another one begins to follow it."""
        key = f"followed:{follow.number}:{citizen}"
        return LateReply(key=key, citizen=follow.owner, text=self._turner.text(follow.told), at=now)

    async def store_failed(self, pending: Pending, detail: str) -> str:
        """Keep a message whose turn raised, for the staff; the session stays as it was."""
        inbound, now = pending.inbound, self._clock.now()
        text = ""
        if inbound.kind is not InboundKind.MENTION:  # nobody is told so in public
            text, pending.outbound = self._turner.say("system.sorry", inbound)
        record = InboundRecord(
            inbound=inbound,
            state=InboundState.FAILED,
            received_at=pending.received_at,
            reply=text,
            detail=detail,
        )
        files = attachments(inbound, now=now)
        async with self._storage.begin() as work:
            state = await work.turns.load([inbound.key], [])
            if inbound.key in state.repeats:
                return state.repeats[inbound.key]
            late = late_replies(pending, now)
            await work.turns.save(TurnWrites(records=[record], attachments=files, late=late))
            await work.commit()
        pending.late_written = bool(late)
        self._metrics.turns.labels("failed").inc()
        return text
