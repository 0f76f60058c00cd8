"""What a turn asks and does about a person of the staff (人工); inside the transaction that stores the message."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.petitions.calendar import WorkCalendar
from bot.petitions.chat_ports import Chat, ChatEnd, ChatState, LineBy
from bot.petitions.desk import Desk
from bot.petitions.ports import UnitOfWork
from dialogs.intents import AskPerson, Leave, Say
from dialogs.lookups import Attendance
from dialogs.session import Person

PERSONS = {ChatState.QUEUED: Person.QUEUED, ChatState.HELD: Person.HELD}


async def attendance(
    work: UnitOfWork, *, desk: Desk | None, calendar: WorkCalendar, citizen: str, now: datetime
) -> Attendance:
    """Return whether somebody is there, and how the citizen's chat stands."""
    opens = desk.opens(now, calendar) if desk else None
    chat = await work.chats.of_citizen(citizen)
    waiting = await work.chats.waiting()
    ahead = waiting - 1 if chat is not None and chat.state is ChatState.QUEUED else waiting
    return Attendance(opens=opens, chat=PERSONS[chat.state] if chat else "", ahead=max(ahead, 0))


async def attend(
    work: UnitOfWork,
    intent: AskPerson | Say | Leave,
    *,
    desk: Desk | None,
    calendar: WorkCalendar,
    citizen: str,
    now: datetime,
) -> None:
    """Queue, tell or leave the person; the citizen's row is locked by the turn."""
    chat = await work.chats.of_citizen(citizen)
    match intent:
        case AskPerson(message=message, about=about):
            if chat is None and desk is not None:
                gives_up = desk.gives_up(now, calendar)
                await work.chats.open(citizen, message=message, about=about, now=now, next_at=gives_up)
        case Say():
            if chat is not None:
                await work.chats.add(chat.id, LineBy.CITIZEN, now=now, message=intent.message)
                await work.chats.put(_heard(chat, intent, desk=desk, now=now))
        case Leave(message=message, unfollowed=unfollowed):
            if chat is not None:
                await work.chats.add(chat.id, LineBy.CITIZEN, now=now, message=message)
                how = ChatEnd.UNFOLLOWED if unfollowed else ChatEnd.CITIZEN
                await work.chats.put(chat.ending(how, now=now))
        case _:
            assert_never(intent)


def _heard(chat: Chat, intent: Say, *, desk: Desk | None, now: datetime) -> Chat:
    """Return the chat after the citizen said something: a held one does not end of silence for a while."""
    next_at = chat.next_at
    if chat.state is ChatState.HELD and desk is not None:
        next_at = now + desk.idle
    urgent = chat.urgent or intent.urgent
    return replace(chat, about=chat.about or intent.about, last_at=now, next_at=next_at, urgent=urgent)
