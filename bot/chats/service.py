"""What staff and the clock do to a chat: take it over, say something, hand it back, end what nobody takes.

Every act is one transaction that locks the citizen's row first, as a turn does, and writes the session with its version
guard: so a turn is either before the act or after it, whatever the citizen types meanwhile. A turn in a batch that read
the session before finds it stale and is made again. What the citizen is told leaves by the outbox, in order with
everything else they are sent.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from bot.chats.errors import ChatOver, ChatTaken, UnknownChat
from bot.messages import Reply
from bot.petitions.chat_ports import Chat, ChatEnd, ChatState, LineBy, outbox_key
from bot.petitions.desk import Desk
from bot.petitions.ports import Storage, UnitOfWork
from bot.petitions.staff_ports import AuditEntry
from bot.petitions.turn_ports import CitizenRow, LateReply, TurnWrites
from bot.phrasing import Phrasing
from dialogs.session import Person
from dialogs.session_json import load_session, with_person

LONGEST_LINE = 600
"""Characters of one message of the staff: it fits one message of either platform."""
CANNED = ("hello", "details", "file", "progress", "elsewhere", "wait", "bye")
"""The phrases `canned.<name>`, in the order in which they are offered."""


@dataclass(slots=True)
class _Open:
    """A chat in its transaction, with its citizen's row locked."""

    work: UnitOfWork
    chat: Chat
    row: CitizenRow

    async def write(self, chat: Chat, person: Person, *, late: tuple[LateReply, ...] = ()) -> None:
        session = with_person(self.row.session, person)
        await self.work.chats.put(chat)
        await self.work.turns.save(TurnWrites(citizens=[replace(self.row, session=session)], late=late))


class ChatService:
    """Acts on chats; `on_send` wakes the outbox, `on_change` whoever shows chats."""

    def __init__(
        self,
        storage: Storage,
        *,
        phrasing: Phrasing,
        desk: Desk,
        office_phone: str,
        on_send: Callable[[], None],
        on_change: Callable[[], None],
    ) -> None:
        self._storage = storage
        self._phrasing = phrasing
        self._desk = desk
        self._phone = office_phone
        self._on_send = on_send
        self._on_change = on_change

    def canned(self) -> tuple[str, ...]:
        """Return the sentences that staff can say with one click."""
        return tuple(self._say(f"canned.{name}") for name in CANNED)

    async def take(self, chat_id: int, *, by: str, now: datetime) -> Chat:
        """Take a chat over; taking one's own again changes nothing. Raises `ChatTaken` when another was first."""
        async with self._opened(chat_id) as one:
            chat = one.chat
            if chat.state is ChatState.HELD and chat.officer == by:
                return chat
            if chat.state is ChatState.HELD:
                raise ChatTaken(chat.officer)
            if chat.state is not ChatState.QUEUED:
                raise ChatOver
            held = replace(
                chat, state=ChatState.HELD, officer=by, taken_at=now, last_at=now, next_at=now + self._desk.idle
            )
            late = await self._line(one, self._say("person.taken"), LineBy.GATEWAY, now=now)
            await one.write(held, Person.HELD, late=late)
            await _audit(one.work, "chat.taken", chat, by=by, now=now)
            await one.work.commit()
        self._tell()
        return held

    async def take_over(self, chat_id: int, *, by: str, holder: str, now: datetime) -> Chat:
        """Go on with a chat that `holder` holds and does not see to; the citizen is not told, the trail says it.

        Who may do this is the caller's to ask. Raises `ChatTaken` when somebody else holds it by now.
        """
        async with self._opened(chat_id) as one:
            if one.chat.state is ChatState.HELD and one.chat.officer == by:
                return one.chat
            chat = _held(one.chat, holder)
            held = replace(chat, officer=by, taken_at=now, next_at=now + self._desk.idle)
            await one.write(held, Person.HELD)
            await _audit(one.work, "chat.taken_over", chat, by=by, now=now, holder=holder)
            await one.work.commit()
        self._tell()
        return held

    async def say(self, chat_id: int, text: str, *, by: str, once: str, now: datetime) -> bool:
        """Send the citizen a line; False when this form was sent before. The chat must be held by who says it."""
        async with self._opened(chat_id) as one:
            chat = _held(one.chat, by)
            words = self._say("person.says", text=text)
            late = await self._line(one, words, LineBy.STAFF, now=now, actor=by, shown=text, once=once)
            if not late:
                return False
            await one.write(replace(chat, last_at=now, next_at=now + self._desk.idle), Person.HELD, late=late)
            await one.work.commit()
        self._tell()
        return True

    async def hand_back(self, chat_id: int, *, by: str, now: datetime) -> None:
        """End the chat: the dialog answers again, and says so."""
        async with self._opened(chat_id) as one:
            chat = _held(one.chat, by)
            drafting = load_session(one.row.session).parts is not None
            await self._end(one, "person.back_draft" if drafting else "person.back", ChatEnd.OFFICER, now=now)
            await _audit(one.work, "chat.ended", chat, by=by, now=now)
            await one.work.commit()
        self._tell()

    async def sweep(self, *, now: datetime, limit: int = 50) -> int:
        """End the chats that nobody took in time, and those that fell silent; return how many."""
        async with self._storage.read() as work:
            due = await work.chats.due(now=now, limit=limit)
        ended = 0
        for chat in due:
            ended += await self._run_out(chat, now=now)
        if ended:
            self._tell()
        return ended

    async def _run_out(self, found: Chat, *, now: datetime) -> int:
        async with self._opened(found.id) as one:
            chat = one.chat
            if chat.next_at is None or chat.next_at > now:  # somebody was quicker
                return 0
            held = chat.state is ChatState.HELD
            how, phrase = (ChatEnd.IDLE, "person.idle") if held else (ChatEnd.NOBODY, "person.nobody")
            await self._end(one, phrase, how, now=now)
            await one.work.commit()
        return 1

    async def _end(self, one: _Open, phrase: str, how: ChatEnd, *, now: datetime) -> None:
        phone = {"office_phone": self._phone} if phrase == "person.nobody" else {}
        late = await self._line(one, self._say(phrase, **phone), LineBy.GATEWAY, now=now)
        await one.write(one.chat.ending(how, now=now), Person.NONE, late=late)

    async def _line(
        self, one: _Open, words: str, by: LineBy, *, now: datetime, actor: str = "", shown: str = "", once: str = ""
    ) -> tuple[LateReply, ...]:
        """Append a line and return the message that carries it; none when it was there already."""
        chat = one.chat
        seq = await one.work.chats.add(chat.id, by, now=now, actor=actor, text=shown or words, once=once)
        if not seq:
            return ()
        return (LateReply(key=outbox_key(chat.id, seq), citizen=chat.citizen, text=words, at=now),)

    @asynccontextmanager
    async def _opened(self, chat_id: int) -> AsyncIterator[_Open]:
        """Lock the citizen, then read the chat as it is now."""
        async with self._storage.begin() as work:
            found = await work.chats.get(chat_id)
            if found is None:
                raise UnknownChat
            row = (await work.turns.load([], [found.citizen])).citizens[found.citizen]
            chat = await work.chats.get(chat_id)
            if chat is None:
                raise UnknownChat
            yield _Open(work, chat, row)

    def _say(self, phrase: str, **values: str) -> str:
        return self._phrasing.render(Reply(phrase=phrase, values=values)).text

    def _tell(self) -> None:
        self._on_send()
        self._on_change()


def _held(chat: Chat, by: str) -> Chat:
    if chat.state is not ChatState.HELD:
        raise ChatOver
    if chat.officer != by:
        raise ChatTaken(chat.officer)
    return chat


async def _audit(work: UnitOfWork, action: str, chat: Chat, *, by: str, now: datetime, **data: str) -> None:
    await work.staff.audit(AuditEntry(at=now, actor=by, action=action, target=str(chat.id), data=data))
