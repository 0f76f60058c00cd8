"""What does the gateway's work: takes messages in, acts on petitions, sends, fetches, watches clocks and calendar.

Says only who gets what: each is built on the ground, and told whom to wake.
"""

import math
import os
import socket
from dataclasses import dataclass
from datetime import timedelta

from bot.app.accounts import Accounts
from bot.app.calendars import CalendarDesk, CalendarWatch
from bot.app.clerks import desk_of, registrar_of, service_of
from bot.app.ground import Ground
from bot.chats.board import ChatBoard
from bot.chats.service import ChatService
from bot.intake.acting import Registrar
from bot.intake.committer import Intake, IntakeLimits
from bot.intake.listening import Listening
from bot.intake.mentions import MentionLoop
from bot.intake.pace import Pace
from bot.intake.turning import Turner
from bot.media.loop import MediaLoop
from bot.messages import Channel
from bot.milestones import MilestoneLoop
from bot.outbox.ladder import Backoff
from bot.outbox.loop import OutboxLimits, OutboxLoop
from bot.petitions.service import PetitionService
from config.accounts import Mentions, WeiboAccount
from config.settings import Settings
from dialogs.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """All that work on messages and petitions."""

    registrar: Registrar
    service: PetitionService
    intake: Intake
    mentions: MentionLoop
    outbox: OutboxLoop
    media: MediaLoop
    milestones: MilestoneLoop
    calendar: CalendarWatch
    board: ChatBoard
    chats: ChatService | None
    """None where no person answers in the chat."""


def build_workers(ground: Ground) -> Workers:
    """Build them all; none of them runs yet."""
    outbox = _outbox(ground)
    media = _media(ground)
    registrar = registrar_of(ground.office)
    service = service_of(ground.office, ground.storage, registrar=registrar, on_commit=outbox.wake)
    board = ChatBoard(ground.ephemeral, clock=ground.clock)
    chats = _chats(ground, outbox=outbox, board=board)
    board.sweep = chats.sweep if chats else None
    engine = Engine(ground.office.catalogue)
    intake = _intake(ground, engine=engine, registrar=registrar, outbox=outbox, media=media, board=board)
    return Workers(
        registrar=registrar,
        service=service,
        intake=intake,
        mentions=_mentions(ground, engine=engine, intake=intake, media=media),
        outbox=outbox,
        media=media,
        milestones=MilestoneLoop(storage=ground.storage, service=service, clock=ground.clock, metrics=ground.metrics),
        calendar=_calendar(ground, registrar=registrar, outbox=outbox),
        board=board,
        chats=chats,
    )


def _outbox(ground: Ground) -> OutboxLoop:
    settings = ground.office.settings.outbox
    return OutboxLoop(
        storage=ground.storage,
        platforms=ground.accounts.platforms,
        public=ground.accounts.public,
        phrasing=ground.office.phrasing,
        clock=ground.clock,
        metrics=ground.metrics,
        owner=f"{socket.gethostname()}:{os.getpid()}",
        limits=OutboxLimits(
            poll=settings.poll,
            lease=timedelta(seconds=settings.lease),
            backoff=Backoff(first=settings.backoff, longest=settings.backoff_limit),
        ),
    )


def _media(ground: Ground) -> MediaLoop:
    return MediaLoop(
        storage=ground.storage,
        platforms=ground.accounts.platforms,
        clock=ground.clock,
        metrics=ground.metrics,
        root=ground.office.settings.storage.data_dir,
    )


def _chats(ground: Ground, *, outbox: OutboxLoop, board: ChatBoard) -> ChatService | None:
    """Return what staff does to chats; None where no person ever answers."""
    settings = ground.office.settings
    desk = desk_of(settings.person)
    if desk is None:
        return None
    return ChatService(
        ground.storage,
        phrasing=ground.office.phrasing,
        desk=desk,
        office_phone=settings.office.phone,
        on_send=outbox.wake,
        on_change=board.tell,
    )


def _intake(
    ground: Ground,
    *,
    engine: Engine,
    registrar: Registrar,
    outbox: OutboxLoop,
    media: MediaLoop,
    board: ChatBoard,
) -> Intake:
    office, limits = ground.office, ground.office.settings.intake
    dialog = office.settings.dialog
    pace = Pace(a_minute=dialog.messages_per_minute, a_day=dialog.petitions_per_day)
    return Intake(
        storage=ground.storage,
        turner=Turner(
            engine=engine,
            phrasing=office.phrasing,
            platforms=ground.accounts.platforms,
            look_after=office.catalogue.drafts.first_look,
            pace=pace,
        ),
        registrar=registrar,
        spool=ground.spool,
        clock=ground.clock,
        metrics=ground.metrics,
        pace=pace,
        limits=IntakeLimits(batch=limits.batch_limit, queue=limits.queue_limit, answer_within=limits.answer_within),
        on_outbox=outbox.wake,
        on_media=media.wake,
        on_contact=outbox.contact,
        on_chat=board.tell,
    )


def _mentions(ground: Ground, *, engine: Engine, intake: Intake, media: MediaLoop) -> MentionLoop:
    settings = ground.office.settings
    return MentionLoop(
        storage=ground.storage,
        accounts=_listening(settings, ground.accounts),
        intake=intake,
        mentions=engine.mentions,
        clock=ground.clock,
        on_media=media.wake,
        poll=settings.outbox.poll,
    )


def _listening(settings: Settings, accounts: Accounts) -> dict[str, Listening]:
    """Return how the mentions of each Weibo account are found."""
    return {
        account.account: Listening(
            platform=accounts.public[Channel.WEIBO, account.account],
            every=None if account.mentions is Mentions.PUSH else timedelta(minutes=account.poll_minutes),
            asks=max(0, account.daily_calls - account.kept_for_answers - _looks(account)),
        )
        for account in settings.weibo
    }


def _looks(account: WeiboAccount) -> int:
    """Return how many calls a day looking for mentions takes, in posts and in comments."""
    return 0 if account.mentions is Mentions.PUSH else 2 * math.ceil(24 * 60 / account.poll_minutes)


def _calendar(ground: Ground, *, registrar: Registrar, outbox: OutboxLoop) -> CalendarWatch:
    return CalendarWatch(
        storage=ground.storage,
        desk=CalendarDesk(ground.storage, policies=ground.office.policies.by_name),
        use=registrar.use,
        version=ground.calendar_version,
        clock=ground.clock,
        wake=outbox.wake,
    )
