"""`rebuild --check`: what is stored of the petitions beside what follows from their events."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

import typer

from bot.app.calendars import read_calendar
from bot.app.clerks import registrar_of
from bot.app.office import Office
from bot.commands.running import FAILED, Config, end, office_of, run, storage_of
from bot.petitions.petition import Case, Event
from bot.petitions.ports import Storage
from bot.petitions.rebuilding import Difference, differences

_PAGE = 200


def rebuild(
    config: Config = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Compare, and print what differs; change nothing.")] = False,
) -> None:
    """Recompute state and due dates of every petition from its events; end with 1 when anything differs."""
    if not check:
        end("rebuild only compares, it mends nothing: add --check")
    office = office_of(config)
    count, found = run(lambda: _compare(office))
    for one in found:
        print(f"{one.number}\t{one.what}\t{one.stored}\t{one.rebuilt}")
    print(f"{count} petitions, {len(found)} differences")
    if found:
        raise typer.Exit(FAILED)


async def _compare(office: Office) -> tuple[int, list[Difference]]:
    """Return how many petitions there are, and all differences."""
    count, found = 0, list[Difference]()
    async with storage_of(office) as storage:
        _, calendar = await read_calendar(storage)
        registrar = registrar_of(replace(office, calendar=calendar))
        async for case, events in _petitions(storage):
            count += 1
            found += differences(case, events, registrar.terms(case.petition))
    return count, found


async def _petitions(storage: Storage) -> AsyncIterator[tuple[Case, tuple[Event, ...]]]:
    """Yield every petition with its events; in pages, so that no writer waits long beside a running gateway."""
    async with storage.read() as work:
        numbers = await work.cases.all_numbers()
    for start in range(0, len(numbers), _PAGE):
        async with storage.read() as work:
            for number in numbers[start : start + _PAGE]:
                case = await work.cases.get(number)
                if case is not None:
                    yield case, await work.cases.events(number)
