"""An office with its console: the real application over a real SQLite, a movable clock, and staff of every role."""

import asyncio
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from blockbuster import blockbuster_ctx

from bot.chats.board import ChatBoard
from bot.chats.service import ChatService
from bot.clock import MovableClock
from bot.console.routes import console_app
from bot.console.settings import ConsoleSettings, Talks
from bot.messages import Channel, CitizenRef, Inbound, InboundKind, MediaKind
from bot.petitions import lifecycle
from bot.petitions.account_ports import AccountHealth
from bot.petitions.acts import Act
from bot.petitions.attachment_ports import Attachment, AttachmentState
from bot.petitions.deadlines import Deadline
from bot.petitions.desk import Desk
from bot.petitions.number import make_number
from bot.petitions.office_hours import OfficeHours, Span
from bot.petitions.outbox_ports import AccountKey, Delivery, DeliveryOutcome, OutboxState
from bot.petitions.petition import Actor, Draft
from bot.petitions.routing import Unit
from bot.petitions.service import ActRequest, PetitionService
from bot.petitions.staff_ports import User
from bot.petitions.turn_ports import InboundRecord, InboundState, TurnWrites
from bot.petitions.vocabulary import Kind, Role
from bot.phrasing import Phrasing
from config.phrases import load_phrases
from dialogs.catalogue import Refusal
from dialogs.refusals import RefusalRules
from storage.engine import SqlStorage
from storage.ephemeral.memory import MemoryEphemeral
from tests.terms import terms, terms_of

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DAY = (Span(opens=time(10), closes=time(14)), Span(opens=time(16), closes=time(20)))
DESK = Desk(hours=OfficeHours(week=dict.fromkeys(range(7), DAY)))
PHRASING = Phrasing(load_phrases())
COURT = Refusal(
    id="court",
    label="诉讼中",
    keywords=("法院判决",),
    say="请打12368。",
    reason="该事项已经进入诉讼程序",
    elsewhere="人民法院（12368）",
)
PASSWORD = "correct-horse-7"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
UNITS = (
    Unit(id="water", name="市水务局", short="水务局", phone="0991-1000001"),
    Unit(id="roads", name="市城市管理局", short="城管局", phone="0991-1000002", aliases=("城管",)),
    Unit(id="school", name="市教育局", short="教育局", phone="0991-1000003"),
)
STAFF = {
    "clerk": (Role.CLERK, "", "张受理"),
    "officer": (Role.OFFICER, "water", "李承办"),
    "stranger": (Role.OFFICER, "school", "王外人"),
    "lost": (Role.OFFICER, "", "无单位"),
    "boss": (Role.SUPERVISOR, "", "赵督办"),
    "root": (Role.ADMIN, "", "钱管理"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as a page shows it."""

    action: str
    values: dict[str, str]
    button: str


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[dict[str, str], dict[str, str], list[str]]] = []
        self._open = False
        self._area: str | None = None
        self._select: str | None = None
        self._in_button = False

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given, {}, []))
            self._open = True
        if not self._open:
            return
        values = self.forms[-1][1]
        match tag:
            case "input":
                if "name" in given:
                    values[given["name"]] = given.get("value", "")
            case "textarea":
                self._area = given["name"]
                values[self._area] = ""
            case "select":
                self._select = given["name"]
                values[self._select] = ""
            case "option" if self._select and "selected" in given:
                values[self._select] = given["value"]
            case "button":
                self._in_button = True
                self.forms[-1][2].append("")

    def handle_endtag(self, tag):
        match tag:
            case "form":
                self._open = False
            case "textarea":
                self._area = None
            case "select":
                self._select = None
            case "button":
                self._in_button = False

    def handle_data(self, data):
        if self._area:
            values = self.forms[-1][1]
            values[self._area] = (values[self._area] + data).removeprefix("\n")
        elif self._in_button:
            self.forms[-1][2][-1] += data


def forms(html: str) -> list[Form]:
    reader = _Forms()
    reader.feed(html)
    return [
        Form(action=attrs.get("action", ""), values=values, button=buttons[0] if buttons else "")
        for attrs, values, buttons in reader.forms
    ]


class Browser:
    """One person's browser: keeps cookies, reads forms, follows nothing by itself."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    async def get(self, path: str, **kwargs):
        return await self.client.get(path, allow_redirects=False, **kwargs)

    async def page(self, path: str) -> str:
        response = await self.get(path)
        assert response.status == 200, (path, response.status)
        return await response.text()

    async def post(self, path: str, data: dict[str, str], **kwargs):
        return await self.client.post(path, data=data, allow_redirects=False, **kwargs)

    async def form(self, path: str, button: str) -> Form:
        found = [form for form in forms(await self.page(path)) if form.button == button]
        assert found, f"no button {button} on {path}"
        return found[0]

    async def submit(self, path: str, button: str, **typed: str):
        """Fill in the form with this button and press it."""
        form = await self.form(path, button)
        assert typed.keys() <= form.values.keys(), (typed, form.values)
        return await self.post(form.action, form.values | typed)

    async def token(self) -> str:
        return (await self.form("/console/", "退出")).values["csrf"]

    async def sign_in(self, name: str, password: str = PASSWORD):
        return await self.submit("/console/login", "登录", name=name, password=password)


class Office:
    """The application and what stands behind it."""

    def __init__(self, storage: SqlStorage, root: Path) -> None:
        self.storage = storage
        self.root = root
        self.clock = MovableClock(start=NOW)
        self.woken = 0
        self.accounts: list[AccountHealth] = []
        self.resumed: list[AccountKey] = []
        terms()  # read here: no request waits for a file
        self.service = PetitionService(
            storage, units=UNITS, office="市网络问政办公室", terms_of=terms_of, on_commit=self._wake
        )
        self._sequence = 0
        self._servers: list[TestClient] = []

    def _wake(self) -> None:
        self.woken += 1

    def app(self) -> web.Application:
        roof = web.Application()
        self.board = ChatBoard(MemoryEphemeral(), clock=self.clock)
        self.chats = ChatService(
            self.storage,
            phrasing=PHRASING,
            desk=DESK,
            office_phone="0991-12345",
            on_send=self._wake,
            on_change=self.board.tell,
        )
        console = console_app(
            storage=self.storage,
            service=self.service,
            clock=self.clock,
            settings=ConsoleSettings(office="云溪市网络问政办公室", secure_cookie=False),
            phrasing=PHRASING,
            suggest=lambda words: ("water", "roads") if "水" in words else (),
            media_root=self.root,
            wake=self._wake,
            accounts=self,
            resume=self.resumed.append,
            talks=Talks(service=self.chats, board=self.board),
            refusals=RefusalRules((COURT,)),
        )
        roof.add_subapp("/console/", console)
        return roof

    async def health(self, *, now: datetime) -> tuple[AccountHealth, ...]:
        """Return the accounts that a test has put here: the office is its own `AccountsHealth`."""
        assert abs(now - self.clock.now()) < timedelta(minutes=1)
        return tuple(self.accounts)

    async def open(self) -> None:
        self.server = TestServer(self.app())
        await self.server.start_server()
        async with self.storage.begin() as work:
            for name, (role, unit, display) in STAFF.items():
                await work.staff.put_user(
                    User(name=name, display=display, role=role, unit=unit, password_hash=CHEAP, created_at=NOW)
                )
            await work.commit()

    async def close(self) -> None:
        for client in self._servers:
            await client.close()
        await self.server.close()

    async def browser(self, name: str = "") -> Browser:
        """Return a fresh browser, signed in when a name is given."""
        client = TestClient(self.server)
        self._servers.append(client)
        browser = Browser(client)
        if name:
            response = await browser.sign_in(name)
            assert response.status == 303
        return browser

    async def file(
        self,
        content: str = "小区停水两天了，没有人管。",
        *,
        kind: Kind = Kind.COMPLAINT,
        place: str = "青年路5号",
        phone: str = "13812341234",
        user: str = "oABCDEFGHIJ123456",
        public: bool = True,
        attachments: tuple[Attachment, ...] = (),
        warned: str = "",
    ) -> str:
        self._sequence += 1
        now = self.clock.now()
        number = make_number(now.date(), self._sequence)
        citizen = CitizenRef(channel=Channel.WECHAT, account="city", user=user).key
        draft = Draft(
            kind=kind, content=content, place=place, phone=phone, public=public,
            latitude=43.825592, longitude=87.616848,
            attachments=tuple(file.key for file in attachments), warned=warned,
        )  # fmt: skip
        deadlines = (
            _deadline("response", now, timedelta(hours=8), timedelta(hours=6)),
            _deadline("answer", now, timedelta(days=9), timedelta(days=8)),
        )
        outcome = lifecycle.file(
            draft, number=number, code="424242", citizen=citizen, policy="urumqi", deadlines=deadlines, now=now
        )
        async with self.storage.begin() as work:
            state = await work.turns.load([], [citizen])
            await work.turns.save(
                TurnWrites(citizens=tuple(state.citizens.values()), attachments=attachments, outcomes=(outcome,))
            )
            await work.commit()
        return number

    async def act(self, number: str, act: Act, **fields: str) -> None:
        actor = Actor(role=Role.SUPERVISOR, id="boss")
        await self.service.act(ActRequest(act=act, number=number, **fields), actor=actor, now=self.clock.now())

    async def forwarded(self, *args, unit: str = "water", **kwargs) -> str:
        number = await self.file(*args, **kwargs)
        await self.act(number, Act.FORWARD, unit=unit, text="举报已核" if kwargs.get("kind") else "")
        return number

    def attachment(self, name: str, kind: MediaKind, *, user: str = "oABCDEFGHIJ123456", **fields) -> Attachment:
        citizen = CitizenRef(channel=Channel.WECHAT, account="city", user=user).key
        return Attachment(
            key=f"{citizen}:{name}", citizen=citizen, number=None, kind=kind, media_id=f"media-{name}", better_id="",
            received_at=self.clock.now(), **fields,
        )  # fmt: skip

    def stored(
        self, name: str, kind: MediaKind, content: bytes, *, suffix: str, copy: str = "", **fields
    ) -> Attachment:
        """Put a file on the disk and return it as stored."""
        (self.root / "media").mkdir(exist_ok=True)
        path = Path("media") / f"{name}{suffix}"
        (self.root / path).write_bytes(content)
        playable = Path("media") / f"{name}-copy{copy}"
        if copy:
            (self.root / playable).write_bytes(b"copy of " + content)
        return self.attachment(
            name, kind, state=AttachmentState.STORED, path=str(path), playable=str(playable) if copy else "",
            size=len(content), **fields,
        )  # fmt: skip

    async def dead_notice(self, number: str, detail: str) -> int:
        """Let the oldest notice of a petition's citizen be refused for good; return its id."""
        now = self.clock.now()
        async with self.storage.begin() as work:
            shares = dict.fromkeys(await work.outbox.accounts(), 50)
            lease = now + timedelta(minutes=1)
            claimed = await work.outbox.claim(owner="test", now=now, lease=lease, shares=shares)
            [message] = [m for m in claimed if m.number == number]
            attempt = await work.outbox.start(message, rung="message", now=now)
            delivery = Delivery(
                outbox_id=message.id, attempt=attempt, rung="message", started_at=now, finished_at=now,
                outcome=DeliveryOutcome.REFUSED, code="45047",
            )  # fmt: skip
            await work.outbox.finish(message, delivery, state=OutboxState.DEAD, next_at=None, detail=detail)
            await work.commit()
        return message.id

    async def failed_message(self, text: str, *, detail: str = "KeyError") -> None:
        citizen = CitizenRef(channel=Channel.WECHAT, account="city", user="oABCDEFGHIJ123456")
        inbound = Inbound(
            key=f"{citizen.key}:1",
            citizen=citizen,
            kind=InboundKind.TEXT,
            sent_at=NOW,
            text=text,
            raw={"Content": text},
        )
        record = InboundRecord(inbound=inbound, state=InboundState.FAILED, received_at=NOW, detail=detail)
        async with self.storage.begin() as work:
            await work.turns.save(TurnWrites(records=(record,)))
            await work.commit()


def _deadline(name: str, start: datetime, length: timedelta, warn: timedelta) -> Deadline:
    return Deadline(
        name=name, start=start, due=start + length, warn_at=start + warn, provisional=False, calendar_version="test"
    )


def main_text(html: str) -> str:
    """Return the visible words of a page, for comparing."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture(autouse=True)
def no_blocking():
    with blockbuster_ctx(["bot.console"]) as watch:
        for name, function in watch.functions.items():
            if name.startswith(("os.", "io.")):
                function.can_block_in("structlog/dev.py", {"__call__"})  # reads the source lines of a traceback
        yield watch


@pytest.fixture(scope="session")
def migrated(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("database") / "empty.sqlite"

    async def make() -> None:
        storage = await SqlStorage.open(f"sqlite+aiosqlite:///{path}")
        await storage.close()

    asyncio.run(make())
    return path


@pytest.fixture
def database(migrated, tmp_path) -> Path:
    return shutil.copy(migrated, tmp_path / "office.sqlite")


@pytest.fixture
async def storage(database):
    storage = await SqlStorage.open(f"sqlite+aiosqlite:///{database}")
    yield storage
    await storage.close()


@pytest.fixture
async def office(storage, tmp_path):
    office = Office(storage, tmp_path)
    await office.open()
    yield office
    await office.close()


@pytest.fixture(scope="session")
def read_forms():
    return forms
