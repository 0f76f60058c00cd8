"""One's own password."""

from aiohttp import web

from bot.console.forms import field
from bot.console.rendering import path_of, render, see
from bot.console.security import hash_password, password_fault, verify_password
from bot.console.settings import GUARD, USER
from bot.console.views.sign_in import open_session
from bot.console.views.users import put
from bot.keys import CLOCK, STORAGE


async def show(request: web.Request) -> web.StreamResponse:
    """Show the form."""
    return render(request, "password.html", fault="", done=request.query.get("done") == "1")


async def change(request: web.Request) -> web.StreamResponse:
    """Change the password, end every session of this person and open a new one here."""
    form, user, now = await request.post(), request[USER], request.app[CLOCK].now()
    old, new = field(form, "old"), field(form, "new")
    guard, address = request.app[GUARD], request.remote or ""
    async with guard.slot():
        if guard.rests_until(user.name, address, now=now) is not None:
            return render(request, "password.html", status=429, fault="失败次数太多，请稍后再试。", done=False)
        if not await verify_password(old, user.password_hash):
            await guard.failed(user.name, address, now=now)
            return render(request, "password.html", status=422, fault="现在的密码不正确。", done=False)
        fault = password_fault(new, name=user.name)
        if not fault and new != field(form, "again"):
            fault = "两次输入的新密码不一样。"
        if fault:
            return render(request, "password.html", status=422, fault=fault, done=False)
        hashed = await hash_password(new)
    await put(request, user, action="console.password_changed", password_hash=hashed, end_sessions=True)
    async with request.app[STORAGE].read() as work:
        changed = await work.staff.user(user.name)
    if changed is not None:
        await open_session(request, changed, now=now, draft={})
    return see(path_of(request, "password", query={"done": "1"}))
