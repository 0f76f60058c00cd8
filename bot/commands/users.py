"""`users`: who may sign in to the console."""

from dataclasses import replace
from typing import Annotated

import typer

from bot.app.office import Office
from bot.clock import SystemClock
from bot.commands.running import Config, end, office_of, run, storage_of
from bot.console.act_words import ROLES
from bot.console.security import hash_password, password_fault
from bot.petitions.staff_ports import AuditEntry, User
from bot.petitions.vocabulary import Role

STAFF_ROLES = (Role.CLERK, Role.OFFICER, Role.SUPERVISOR, Role.ADMIN)

Name = Annotated[str, typer.Argument(help="Login name.")]
Password = Annotated[str | None, typer.Option("--password", help="Asked for when not given.")]


def add(
    name: Name,
    config: Config = None,
    *,
    role: Annotated[str, typer.Option(help="clerk, officer, supervisor or admin")],
    unit: Annotated[str, typer.Option(help="Unit id; needed for an officer.")] = "",
    password: Password = None,
    display: Annotated[str, typer.Option(help="Name shown; the login name when not given.")] = "",
) -> None:
    """Add a member of staff, or change role, unit and password of one."""
    office = office_of(config)
    wanted = _role(role)
    if wanted is Role.OFFICER and not unit:
        end("an officer belongs to a unit: add --unit")
    if unit and office.directory.unit(unit) is None:
        end(f"there is no unit {unit!r}; units: {', '.join(u.id for u in office.directory.units)}")
    secret = _asked(password, name)
    run(lambda: _add(office, name=name, role=wanted, unit=unit, secret=secret, display=display or name))
    print(f"{name}: {wanted} ({ROLES[wanted]})" + (f" of {unit}" if unit else ""))


def show(config: Config = None) -> None:
    """List all members of staff."""
    office = office_of(config)
    for user in run(lambda: _all(office)):
        state = "disabled" if user.disabled_at else "active"
        print("\t".join([user.name, user.role.value, user.unit or "-", state, user.display]))


def disable(name: Name, config: Config = None) -> None:
    """Take the right to sign in from a member of staff, at once."""
    office = office_of(config)
    run(lambda: _disable(office, name))
    print(f"{name}: disabled")


def password(name: Name, config: Config = None, *, password: Password = None) -> None:
    """Set a new password."""
    office = office_of(config)
    secret = _asked(password, name)
    run(lambda: _set_password(office, name, secret))
    print(f"{name}: password set")


def _role(text: str) -> Role:
    role = next((role for role in STAFF_ROLES if role.value == text), None)
    if role is None:
        end(f"--role is one of {', '.join(role.value for role in STAFF_ROLES)}, not {text!r}")
    return role


def _asked(given: str | None, name: str) -> str:
    secret = given if given is not None else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    problem = password_fault(secret, name=name)
    if problem:
        end(problem)
    return secret


async def _add(office: Office, *, name: str, role: Role, unit: str, secret: str, display: str) -> None:
    now = SystemClock().now()
    user = User(
        name=name,
        display=display,
        role=role,
        unit=unit,
        password_hash=await hash_password(secret),
        created_at=now,
    )
    async with storage_of(office) as storage, storage.begin() as work:
        await work.staff.put_user(user)
        await work.staff.drop_sessions_of(name)
        await work.staff.audit(_entry("user.put", name, role=role.value, unit=unit))
        await work.commit()


async def _all(office: Office) -> tuple[User, ...]:
    async with storage_of(office) as storage, storage.read() as work:
        return await work.staff.users()


async def _disable(office: Office, name: str) -> None:
    async with storage_of(office) as storage, storage.begin() as work:
        user = await work.staff.user(name) or end(f"there is no user {name!r}")
        await work.staff.put_user(replace(user, disabled_at=SystemClock().now()))
        await work.staff.drop_sessions_of(name)
        await work.staff.audit(_entry("user.disable", name))
        await work.commit()


async def _set_password(office: Office, name: str, secret: str) -> None:
    hashed = await hash_password(secret)
    async with storage_of(office) as storage, storage.begin() as work:
        user = await work.staff.user(name) or end(f"there is no user {name!r}")
        await work.staff.put_user(replace(user, password_hash=hashed))
        await work.staff.drop_sessions_of(name)
        await work.staff.audit(_entry("user.password", name))
        await work.commit()


def _entry(action: str, target: str, **data: str) -> AuditEntry:
    return AuditEntry(at=SystemClock().now(), actor="command line", action=action, target=target, data=data)
