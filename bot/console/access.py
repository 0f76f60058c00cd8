"""Who may see what in the console. What may be *done* to a petition is the lifecycle's to say.

A page that is not listed here is shown to nobody.
"""

from collections.abc import Mapping

from bot.petitions.case_ports import CaseFilter
from bot.petitions.petition import Actor, Case
from bot.petitions.service import PetitionService, visible
from bot.petitions.staff_ports import User
from bot.petitions.vocabulary import Kind, Role

STAFF = frozenset({Role.CLERK, Role.OFFICER, Role.SUPERVISOR, Role.ADMIN})
OFFICE = STAFF - {Role.OFFICER}
_LIFTERS = frozenset({Role.SUPERVISOR, Role.ADMIN})

PUBLIC = frozenset({"static", "login"})
"""Routes that need no sign-in."""

PAGES: Mapping[str, frozenset[Role]] = {
    "inbox": STAFF,
    "counts": STAFF,
    "petition": STAFF,
    "act": STAFF,
    "file": STAFF,
    "transcript": STAFF,
    "password": STAFF,
    "logout": STAFF,
    "chats": OFFICE,
    "chat": OFFICE,
    "chat_news": OFFICE,
    "chat_act": OFFICE,
    "chat_file": OFFICE,
    "alarm": OFFICE,
    "mentions": OFFICE,
    "trouble": OFFICE,
    "replay": OFFICE,
    "drop": OFFICE,
    "accounts": _LIFTERS,
    "resume": _LIFTERS,
    "audit": frozenset({Role.SUPERVISOR, Role.ADMIN}),
    "users": frozenset({Role.ADMIN}),
    "user": frozenset({Role.ADMIN}),
}
"""Route name → the roles that may use it."""


def may_open(route: str, user: User) -> bool:
    """Tell whether this member of staff may use a route."""
    return user.role in PAGES.get(route, frozenset())


def actor_of(user: User) -> Actor:
    """Return the part in which this member of staff acts."""
    return Actor(role=user.role, id=user.name, unit=user.unit)


def sees_nothing(user: User) -> bool:
    """Tell whether this is an officer without a unit, to whom no petition belongs."""
    return user.role is Role.OFFICER and not user.unit


def own_unit(user: User) -> str | None:
    """Return the only unit whose petitions this person sees, None for all."""
    return user.unit if user.role is Role.OFFICER else None


def within_reach(wanted: CaseFilter, user: User) -> CaseFilter:
    """Return `wanted`, narrowed to what this person may see."""
    if user.role is not Role.OFFICER:
        return wanted
    return CaseFilter(
        states=wanted.states,
        kinds=wanted.kinds,
        unit=user.unit,
        lamp=wanted.lamp,
        owed=wanted.owed,
        supervised=wanted.supervised,
        text=wanted.text,
        open_only=wanted.open_only,
    )


def may_see(case: Case, user: User) -> bool:
    """Tell whether this person may see the case, its files and its history."""
    return visible(case, actor_of(user))


def sees_identity(case: Case, user: User) -> bool:
    """Tell whether this person may know who filed it: the reporter in a 举报 is hidden from the unit."""
    return user.role in OFFICE or case.petition.kind is not Kind.REPORT


def sees_originals(user: User) -> bool:
    """Tell whether this person may fetch files as they came, with all that a camera writes into them."""
    return user.role in OFFICE


def takes_chats_over(user: User) -> bool:
    """Tell whether this person may go on with a chat that somebody else holds."""
    return user.role in _LIFTERS


def shut_units(case: Case, user: User, service: PetitionService) -> Mapping[str, bool]:
    """Return the units this 举报 names or touches; True where this person may lift the bar by giving a reason."""
    if case.petition.kind is not Kind.REPORT:
        return {}
    return dict.fromkeys(service.barred(case), user.role in _LIFTERS)
