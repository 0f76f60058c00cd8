"""What a batch of turns writes, laid out as rows: the same for Core and for both raw hot paths.

Files that came in the same batch as the filing that names them are written with their number at once; files that came
before are given it by an update.
"""

from typing import Any

from bot.petitions.turn_ports import TurnWrites
from bot.values import frozen
from storage.attachments import claimed_files
from storage.columns import MomentOut
from storage.rows.messages import attachment_row, citizen_row, inbound_row
from storage.rows.petitions import event_row, milestone_row, petition_row
from storage.rows.sending import late_row, notice_row

Rows = list[tuple[Any, ...]]


@frozen
class TurnRows:
    """Rows by table, in the column order of `storage.rows`; citizens are sorted by key, so that nobody deadlocks."""

    inbound: Rows
    newcomers: Rows
    """Citizens of whom nothing was written yet; a bare row may have been made for them."""
    citizens: Rows
    """Those who must be there, one version before."""
    attachments: Rows
    petitions: Rows
    events: Rows
    milestones: Rows
    numbers: Rows
    """(number, attachment key) for the files that filings name."""
    notices: Rows
    late: Rows
    """A late reply whose key is there already is not written again."""


def turn_rows(writes: TurnWrites, out: MomentOut) -> TurnRows:
    """Lay out the rows of `writes` with moments as the driver wants them."""
    outcomes = writes.outcomes
    claimed = claimed_files(outcomes) if outcomes else {}
    return TurnRows(
        inbound=[inbound_row(record, out) for record in writes.records],
        newcomers=sorted([citizen_row(citizen, out) for citizen in writes.citizens if not citizen.version], key=_first),
        citizens=sorted([citizen_row(citizen, out) for citizen in writes.citizens if citizen.version], key=_first),
        attachments=[attachment_row(a, claimed.get(a.key, a.number), out) for a in writes.attachments],
        petitions=[petition_row(outcome.case, out) for outcome in outcomes],
        events=[event_row(event, out) for outcome in outcomes for event in outcome.events],
        milestones=[
            milestone_row(milestone, place, out)
            for outcome in outcomes
            for place, milestone in enumerate(outcome.case.milestones)
        ],
        numbers=[(number, key) for key, number in claimed.items()],
        notices=[notice_row(notice, out) for outcome in outcomes for notice in outcome.notices],
        late=[late_row(late, out) for late in writes.late],
    )


def _first(row: tuple[Any, ...]) -> str:
    key: str = row[0]
    return key
