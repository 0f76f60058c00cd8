"""What the office can set about its console, and the keys under which its views find what they work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from bot.chats.board import ChatBoard
from bot.chats.service import ChatService
from bot.console.security import SignInGuard
from bot.console.sessions import DatabaseSessions
from bot.petitions.outbox_ports import AccountKey
from bot.petitions.staff_ports import User
from bot.phrasing import Phrasing
from dialogs.refusals import RefusalRules

ELSEWHERE = (
    "12345政务服务便民热线",
    "人民法院（依法提起诉讼）",
    "行政复议机构（申请行政复议）",
    "劳动人事争议仲裁委员会",
    "公安机关（紧急情况请拨打110）",
    "信访接待场所",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """How the console behaves."""

    office: str
    """The name of the office, shown on every page."""
    secure_cookie: bool
    """Send the session cookie over HTTPS only."""
    session_hours: int = 10
    """A session ends so many hours after sign-in, whatever happens."""
    idle_minutes: int = 120
    """A session ends after so many minutes without a request by a person."""
    login_failures: int = 5
    """So many failed sign-ins of one name from one address, and it rests."""
    login_window: timedelta = timedelta(minutes=15)
    page_size: int = 40
    mentions: bool = True
    """Whether an account can be mentioned in public."""
    elsewhere: tuple[str, ...] = ELSEWHERE
    """Where refused citizens are commonly sent; offered in the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talks:
    """Chats with citizens: what is done to them (None where no person answers), and news of them."""

    service: ChatService | None
    board: ChatBoard


SETTINGS = web.AppKey("console_settings", ConsoleSettings)
GUARD = web.AppKey("console_guard", SignInGuard)
SESSIONS = web.AppKey("console_sessions", DatabaseSessions)
MEDIA_ROOT = web.AppKey("console_media_root", Path)
SUGGEST: web.AppKey[Callable[[str], tuple[str, ...]]] = web.AppKey("console_suggest")
TALKS: web.AppKey[Talks | None] = web.AppKey("console_talks")
PHRASING = web.AppKey("console_phrasing", Phrasing)
REFUSALS = web.AppKey("console_refusals", RefusalRules)
RESUME: web.AppKey[Callable[[AccountKey], None]] = web.AppKey("console_resume")
"""Called with an account that shall send again at once."""
WAKE: web.AppKey[Callable[[], None]] = web.AppKey("console_wake")

USER = web.RequestKey("console_user", User)
"""The signed-in member of staff; absent on public pages."""
CSRF = web.RequestKey("console_csrf", str)
"""The token that every form of this response carries."""
