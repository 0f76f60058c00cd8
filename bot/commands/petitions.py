"""`act` and `export petitions`: what the buttons do, and the register of petitions, from the command line."""

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, TextIO

import typer
from openpyxl import Workbook

from bot.app.calendars import read_calendar
from bot.app.clerks import registrar_of, service_of
from bot.app.demo_clock import present
from bot.app.office import Office
from bot.clock import SHANGHAI, local
from bot.commands.running import Config, end, office_of, run, storage_of
from bot.messages import CitizenRef
from bot.petitions.acts import BY_STAFF, Act
from bot.petitions.masking import masked
from bot.petitions.number import parse_number
from bot.petitions.petition import Actor, Case
from bot.petitions.service import ActRequest
from bot.petitions.vocabulary import MilestoneName
from bot.petitions.wording import word

FORMATS = ("jsonl", "csv", "xlsx")
_ELSEWHERE = "12345政务服务便民热线"


def act(
    number: Annotated[str, typer.Argument(help="Petition number, with or without WQ and dash.")],
    what: Annotated[str, typer.Argument(metavar="ACT", help=", ".join(BY_STAFF))],
    config: Config = None,
    *,
    as_user: Annotated[str, typer.Option("--as", help="Login name of who acts.")],
    unit: Annotated[str, typer.Option(help="Unit id, to forward; ids joined by commas, to co-handle.")] = "",
    text: Annotated[str, typer.Option(help="The answer, the question, the opinion, the reason, or a note.")] = "",
    amount: Annotated[int, typer.Option(min=0, help="How much longer, in the unit of the answer's limit.")] = 0,
    elsewhere: Annotated[str, typer.Option(help="Where a refused citizen should go instead.")] = _ELSEWHERE,
) -> None:
    """Do to a petition what the console's buttons do, also beside a running gateway."""
    wanted = next((one for one in BY_STAFF if one.value == what), None)
    if wanted is None:
        end(f"ACT is one of {', '.join(one.value for one in BY_STAFF)}, not {what!r}")
    office = office_of(config)

    async def do() -> Case:
        units = tuple(one.strip() for one in unit.split(",")) if wanted is Act.COHANDLE else ()
        request = ActRequest(
            act=wanted,
            number=parse_number(number),
            text=text,
            unit="" if units else unit,
            units=units,
            amount=amount,
            elsewhere=elsewhere,
        )
        return await _act(office, request, as_user=as_user)

    case = run(do)
    print(f"{case.petition.number}: {case.petition.state} ({office.phrasing.text(word(case.petition.state))})")


def export_petitions(
    config: Config = None,
    *,
    form: Annotated[str, typer.Option("--format", help="jsonl, csv or xlsx")] = "jsonl",
    since: Annotated[str, typer.Option(help="Only petitions filed from this date on, e.g. 2026-11-01.")] = "",
    output: Annotated[Path | None, typer.Option(help="File to write; standard output when not given.")] = None,
) -> None:
    """Write one row a petition: number, channel, status, unit, all due and met times; ID numbers are masked."""
    if form not in FORMATS:
        end(f"--format is one of {', '.join(FORMATS)}, not {form!r}")
    if form == "xlsx" and output is None:
        end("xlsx goes to a file: add --output FILE")
    office = office_of(config)
    first = _day(since)
    rows = run(lambda: _rows(office, first))
    if form == "xlsx" and output is not None:
        _write_xlsx(rows, output)
    elif output is not None:
        with output.open("w", encoding="utf-8-sig" if form == "csv" else "utf-8", newline="") as file:
            _write(rows, form, file)
    else:
        _write(rows, form, sys.stdout)


async def _act(office: Office, request: ActRequest, *, as_user: str) -> Case:
    async with storage_of(office) as storage:
        async with storage.read() as work:
            user = await work.staff.user(as_user)
        if user is None or user.disabled_at is not None:
            end(f"there is no user {as_user!r} who may act")
        _, calendar = await read_calendar(storage)
        registrar = registrar_of(replace(office, calendar=calendar))
        service = service_of(office, storage, registrar=registrar, on_commit=lambda: None)
        actor = Actor(role=user.role, id=user.name, unit=user.unit)
        return await service.act(request, actor=actor, now=present(office.settings.storage.data_dir))


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        end(f"--since is a date such as 2026-11-01, not {text!r}")
    return given if given.tzinfo else datetime.combine(given.date(), time(), SHANGHAI)


async def _rows(office: Office, since: datetime | None) -> list[Mapping[str, str | bool | None]]:
    async with storage_of(office) as storage, storage.read() as work:
        rows = []
        for number in await work.cases.all_numbers(since=since):
            case = await work.cases.get(number)
            if case is not None:
                rows.append(_row(case, office))
        return rows


def _row(case: Case, office: Office) -> Mapping[str, str | bool | None]:
    petition = case.petition
    ref = CitizenRef.parse(petition.citizen)
    unit = office.directory.unit(petition.unit) if petition.unit else None
    row: dict[str, str | bool | None] = {
        "number": petition.number,
        "channel": ref.channel.value,
        "account": ref.account,
        "kind": petition.kind.value,
        "status": petition.state.value,
        "unit": petition.unit,
        "unit_name": unit.name if unit else "",
        "content": masked(petition.content),
        "place": masked(petition.place),
        "public": petition.public,
        "filed_at": _iso(petition.filed_at),
        "updated_at": _iso(petition.updated_at),
        "rating": petition.rating.value if petition.rating else None,
        "joiners": str(petition.joiners),
        "solved": petition.solved.value if petition.solved else None,
    }
    for name in MilestoneName:
        milestone = case.milestone(name)
        row[f"{name}_due"] = _iso(milestone.due_at) if milestone else None
        row[f"{name}_met"] = _iso(milestone.met_at) if milestone else None
        row[f"{name}_passed"] = _iso(milestone.passed_at) if milestone else None
        row[f"{name}_provisional"] = milestone.provisional if milestone else None
    return row


def _iso(moment: datetime | None) -> str | None:
    return local(moment).isoformat(timespec="seconds") if moment else None


def _write(rows: list[Mapping[str, str | bool | None]], form: str, file: TextIO) -> None:
    if form == "jsonl":
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        return
    writer = csv.writer(file)
    writer.writerows(_cells(rows))


def _write_xlsx(rows: list[Mapping[str, str | bool | None]], output: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("诉求")
    for cells in _cells(rows):
        sheet.append(cells)
    book.save(output)


def _cells(rows: list[Mapping[str, str | bool | None]]) -> Iterator[list[str]]:
    """Yield header and rows as cells in which no spreadsheet sees a formula."""
    if rows:
        yield list(rows[0])
    for row in rows:
        yield [_cell(value) for value in row.values()]


def _cell(value: str | bool | None) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip()[:1] in {"=", "+", "-", "@"} or text[:1] in {"\t", "\r"} else text
