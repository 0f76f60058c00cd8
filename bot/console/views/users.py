"""Members of staff: list, add, disable, enable, reset a password. Whoever is disabled is out at once."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from aiohttp import web

from bot.console import access
from bot.console.forms import field
from bot.console.rendering import path_of, render, see
from bot.console.security import hash_password, password_fault
from bot.console.settings import GUARD, USER
from bot.keys import CLOCK, SERVICE, STORAGE
from bot.petitions.staff_ports import AuditEntry, User
from bot.petitions.vocabulary import Role

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,31}")
_LONGEST_DISPLAY: Final = 20
_DONE: Final = {
    "added": "已新增用户。",
    "disable": "已停用，该用户已退出。",
    "enable": "已启用。",
    "password": "已重置密码，该用户须用新密码重新登录。",
}
_BLANK: Final = {"name": "", "display": "", "role": Role.CLERK.value, "unit": ""}


async def show(request: web.Request) -> web.StreamResponse:
    """Show all users and the form for a new one."""
    return await _page(request, done=_DONE.get(request.query.get("done", ""), ""))


async def add(request: web.Request) -> web.StreamResponse:
    """Add a user."""
    form = await request.post()
    typed = {name: field(form, name).strip() for name in _BLANK}
    password = field(form, "password")
    fault = _fault(request, typed) or password_fault(password, name=typed["name"])
    if not fault:
        async with request.app[STORAGE].read() as work:
            fault = "这个用户名已经有人用了。" if await work.staff.user(typed["name"]) else ""
    if fault:
        return await _page(request, status=422, fault=fault, typed=typed)
    user = User(
        name=typed["name"],
        display=typed["display"],
        role=Role(typed["role"]),
        unit=typed["unit"] if typed["role"] == Role.OFFICER else "",
        password_hash=await _hash(request, password),
        created_at=request.app[CLOCK].now(),
    )
    await put(request, user, action="user.added")
    return see(path_of(request, "users", query={"done": "added"}))


async def change(request: web.Request) -> web.StreamResponse:
    """Disable or enable a user, or set a new password."""
    what, now = request.match_info["change"], request.app[CLOCK].now()
    async with request.app[STORAGE].read() as work:
        user = await work.staff.user(request.match_info["name"])
    if user is None:
        raise web.HTTPNotFound
    match what:
        case "disable" if user.name == request[USER].name:
            return await _page(request, status=422, fault="不能停用自己。")
        case "disable":
            await put(request, user, action="user.disabled", disabled_at=now, end_sessions=True)
        case "enable":
            await put(request, user, action="user.enabled", disabled_at=None)
        case _:
            password = field(await request.post(), "password")
            if fault := password_fault(password, name=user.name):
                return await _page(request, status=422, fault=f"{user.display}：{fault}")
            hashed = await _hash(request, password)
            await put(request, user, action="user.password_reset", password_hash=hashed, end_sessions=True)
    return see(path_of(request, "users", query={"done": what}))


async def put(
    request: web.Request, user: User, *, action: str, end_sessions: bool = False, **changes: str | datetime | None
) -> None:
    """Write a user with changes, with its line in the audit trail."""
    entry = AuditEntry(
        at=request.app[CLOCK].now(),
        actor=request[USER].name,
        action=action,
        target=user.name,
        data={"role": user.role.value, "unit": user.unit},
    )
    async with request.app[STORAGE].begin() as work:
        await work.staff.put_user(replace(user, **changes))  # type: ignore[arg-type]  # mypy cannot see which field
        if end_sessions:
            await work.staff.drop_sessions_of(user.name)
        await work.staff.audit(entry)
        await work.commit()


async def _hash(request: web.Request, password: str) -> str:
    async with request.app[GUARD].slot():
        return await hash_password(password)


def _fault(request: web.Request, typed: dict[str, str]) -> str:
    if not _NAME.fullmatch(typed["name"]):
        return "用户名用2到32个字母、数字、点、横线或下划线，以字母或数字开头。"
    if not 1 <= len(typed["display"]) <= _LONGEST_DISPLAY:
        return f"请填写姓名，最多{_LONGEST_DISPLAY}个字。"
    if typed["role"] not in {role.value for role in access.STAFF}:
        return "请选择岗位。"
    if typed["role"] == Role.OFFICER and typed["unit"] not in request.app[SERVICE].units:
        return "承办员须选择所在单位。"
    return ""


async def _page(
    request: web.Request, *, status: int = 200, fault: str = "", done: str = "", typed: dict[str, str] | None = None
) -> web.Response:
    async with request.app[STORAGE].read() as work:
        users = await work.staff.users()
    units = request.app[SERVICE].units
    return render(
        request,
        "users.html",
        status=status,
        users=[(user, units[user.unit].name if user.unit in units else user.unit) for user in users],
        units=sorted(units.values(), key=lambda unit: unit.name),
        roles=(Role.CLERK, Role.OFFICER, Role.SUPERVISOR, Role.ADMIN),
        typed=typed or _BLANK,
        fault=fault,
        done=done,
    )
