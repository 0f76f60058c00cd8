"""Drafts that time ends, on both databases: few at a time, each once, and nobody else's row is touched."""

from datetime import UTC, datetime, timedelta

from bot.clock import MovableClock
from bot.drafts import DraftCare
from bot.petitions.turn_ports import CitizenRow, TurnWrites
from dialogs.catalogue import DraftTimes
from dialogs.session import Parts, Session
from dialogs.session_json import dump_session, load_session
from storage.engine import SqlStorage
from tests.unit.dialogs.conftest import PHRASING

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
KEEP = DraftTimes().keep
STORY = "@云溪问政 和平路路灯坏了三天"


def mentioner(number: int, *, ago: timedelta) -> CitizenRow:
    """Return somebody who mentioned us in public so long ago, and of whom nothing else is known."""
    parts = Parts(content=STORY, origin=f"weibo:demo:s{number}", since=int((NOW - ago).timestamp()))
    return CitizenRow(
        key=f"weibo:demo:{number}",
        session=dump_session(Session(waiting=[parts])),
        version=0,
        following=False,
        window_until=None,
        window_left=0,
        last_seen=NOW - ago,
        draft_at=NOW - ago + timedelta(hours=40),
    )


async def test_mentions_nobody_took_up_end_a_few_at_a_time(storage: SqlStorage) -> None:
    old = [mentioner(number, ago=KEEP + timedelta(hours=number)) for number in range(5)]
    young = mentioner(9, ago=timedelta(days=2))
    async with storage.begin() as work:
        await work.turns.load([], [row.key for row in (*old, young)])
        await work.turns.save(TurnWrites(citizens=[*old, young]))
        await work.commit()
    told: list[None] = []
    care = DraftCare(
        storage=storage,
        phrasing=PHRASING,
        clock=MovableClock(start=NOW),
        times=DraftTimes(),
        on_reminder=lambda: told.append(None),
        limit=2,
    )
    assert [await care.sweep() for _ in range(4)] == [2, 2, 2, 0]
    async with storage.begin() as work:
        rows = (await work.turns.load([], [row.key for row in (*old, young)])).citizens
    kept = {key: [one.content for one in load_session(row.session).waiting] for key, row in rows.items()}
    assert kept == {row.key: [] for row in old} | {young.key: [STORY]}
    ends = [row.draft_at for row in rows.values() if row.draft_at is not None]
    assert (ends, told) == ([NOW - timedelta(days=2) + KEEP], [])
