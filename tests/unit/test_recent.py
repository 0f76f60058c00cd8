"""What group commits remember: who wrote last, the day's last number, and nothing at all once a guess was wrong."""

from datetime import UTC, date, datetime

from bot.petitions.turn_ports import CitizenRow
from storage.recent import DOUBTED, Recent

TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 21)
NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
LOOK = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)


def test_rows_come_back_one_version_on() -> None:
    recent = Recent(10)
    recent.wrote(
        [
            CitizenRow(
                key="a",
                session="{}",
                version=3,
                following=False,
                window_until=NOW,
                window_left=2,
                last_seen=NOW,
                draft_at=LOOK,
            ),
            CitizenRow(key="b"),
        ]
    )
    assert recent.citizens(["a", "b", "c"]) == {
        "a": CitizenRow(
            key="a",
            session="{}",
            version=4,
            following=False,
            window_until=NOW,
            window_left=2,
            last_seen=NOW,
            draft_at=LOOK,
        ),
        "b": CitizenRow(key="b", version=1),
    }
    assert recent.citizens(["c"]) == {}


def test_who_wrote_longest_ago_is_forgotten_first() -> None:
    recent = Recent(3)
    for key in ("a", "b", "c", "a", "d"):
        recent.wrote([CitizenRow(key=key)])
    assert list(recent.citizens("abcd")) == ["a", "c", "d"]
    recent.wrote([CitizenRow(key=key) for key in "efgh"])
    assert list(recent.citizens("abcdefgh")) == ["f", "g", "h"]


def test_a_number_is_remembered_for_its_day_only() -> None:
    recent = Recent(3)
    assert recent.last_number(TODAY) is None
    recent.numbered("2026-11-20", 7)
    assert recent.last_number(TODAY) == 7
    assert recent.last_number(TOMORROW) is None
    recent.numbered("2026-11-21", 1)
    assert recent.last_number(TODAY) is None
    assert recent.last_number(TOMORROW) == 1


def test_what_somebody_else_wrote_is_forgotten_and_nothing_besides() -> None:
    recent = Recent(3)
    recent.wrote([CitizenRow(key="a"), CitizenRow(key="b")])
    recent.numbered("2026-11-20", 7)
    recent.forget(["a", "x", "2026-11-19"])
    assert list(recent.citizens("ab")) == ["b"]
    assert recent.last_number(TODAY) == 7
    recent.forget(["2026-11-20"])
    assert list(recent.citizens("ab")) == ["b"]
    assert recent.last_number(TODAY) is None


def test_after_a_wrong_guess_nothing_is_believed_for_some_batches() -> None:
    recent = Recent(3)
    recent.wrote([CitizenRow(key="a")])
    recent.numbered("2026-11-20", 7)
    recent.doubt()
    recent.wrote([CitizenRow(key="b")])
    recent.numbered("2026-11-20", 9)
    assert recent.last_number(TODAY) is None
    assert [list(recent.citizens("ab")) for _ in range(DOUBTED)] == [[]] * DOUBTED
    assert list(recent.citizens("ab")) == ["b"]
    assert recent.last_number(TODAY) == 9


def test_with_no_room_nothing_is_ever_remembered() -> None:
    recent = Recent(0)
    recent.wrote([CitizenRow(key="a")])
    recent.numbered("2026-11-20", 7)
    recent.doubt()
    assert recent.citizens("a") == {}
    assert recent.last_number(TODAY) is None
