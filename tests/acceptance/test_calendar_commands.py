"""`deadline` and `calendar` as processes of their own, the latter beside a running gateway that takes up a notice."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.acceptance.phone import Phone, until
from tests.acceptance.processes import Ended, bot, data_in, demo

ROOT = Path(__file__).parent.parent.parent
DEMO = str(ROOT / "config" / "demo.toml")
NOTICE = str(ROOT / "tests" / "samples" / "calendar" / "2027.toml")
SUNDAY = "2026-12-27T10:00:00"
WAYS = ("投诉", "菜市场后门的下水道堵了一周，污水流到人行道上。", "跳过", "跳过", "跳过", "不公开", "提交")


def deadline(folder: Path, *arguments: str) -> Ended:
    return bot("deadline", *arguments, folder=folder, environ=data_in(folder))


def calendar(folder: Path, *arguments: str) -> Ended:
    return bot("calendar", *arguments, "--config", DEMO, folder=folder, environ=data_in(folder))


def test_a_deadline_is_one_json_object_and_a_bad_argument_one_sentence(tmp_path: Path) -> None:
    ended = deadline(tmp_path, "--policy", "urumqi", "--kind", "help", "--filed", "2026-12-25T09:30:00+08:00")
    assert (ended.code, ended.err) == (0, "")
    told = json.loads(ended.out)
    assert [(one["name"], one["due"], one["provisional"]) for one in told["milestones"]] == [
        ("response", "2026-12-25T17:30:00+08:00", False),
        ("answer", "2027-01-06T23:59:59+08:00", True),
    ]
    wrong = deadline(tmp_path, "--policy", "x", "--kind", "help", "--filed", "2026-12-25")
    assert (wrong.code, wrong.out, wrong.err) == (
        1,
        "",
        "there is no policy 'x'; policies: urumqi, beijing, shanghai, xinfang, jinan\n",
    )
    assert not (tmp_path / "data").exists()


def test_the_calendar_of_a_year_is_shown_without_a_database(tmp_path: Path) -> None:
    shown = calendar(tmp_path, "show", "2026")
    assert (shown.code, shown.err) == (0, "")
    assert "2026-09-20  星期日  上班  国庆节  国务院办公厅放假通知\n" in shown.out
    guessed = calendar(tmp_path, "show", "2027")
    assert "暂定：放假安排尚未公布" in guessed.out.splitlines()[0]
    assert "2027-02-05  星期五  休息  春节  按法定节假日推算  暂定\n" in guessed.out
    outside = calendar(tmp_path, "show", "2100")
    assert (outside.code, outside.out, outside.err) == (1, "", "YEAR is from 2003 to 2056, not 2100\n")
    assert not (tmp_path / "data").exists()


def test_a_notice_that_does_not_hold_together_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text('year = 2027\nholidays = ["2027-01-02"]\n')
    for command in ("import", "preview", "apply"):
        ended = calendar(tmp_path, command, "wrong.toml")
        assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 2)
    missing = calendar(tmp_path, "apply", "none.toml")
    assert (missing.code, missing.err) == (
        1,
        "none.toml: cannot be read (No such file or directory) — name the file\n",
    )


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def _file(phone: Phone) -> tuple[str, str]:
    *_, filed = [await phone.say(words) for words in WAYS]
    [number] = re.findall(r"编号：(WQ[\d-]+)", filed)
    return number, filed


@pytest.mark.slow
async def test_a_notice_moves_what_is_under_way_beside_a_running_gateway(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    with demo(tmp_path, at=SUNDAY) as running:
        phone = Phone(running.url, "oCalendar_00000000000000000001", http)
        number, filed = await _file(phone)
        assert "2027年1月6日 23:59（暂定）" in filed
        moves = f"{number}  answer  2027-01-06T23:59:59+08:00（暂定） → 2027-01-07T23:59:59+08:00"
        previewed = calendar(tmp_path, "preview", NOTICE)
        assert (previewed.code, previewed.err, moves in previewed.out.splitlines()) == (0, "", True)
        imported = calendar(tmp_path, "import", NOTICE)
        assert imported.out.startswith("version 1: 2027, 33 days, 测试用的2027年放假安排; imported 2026-12-27 ")
        assert calendar(tmp_path, "preview").out == previewed.out
        assert await phone.sent() == []
        applied = calendar(tmp_path, "apply")
        assert (applied.code, applied.out) == (0, previewed.out)
        [told] = await phone.texts(1)
        assert "答复期限由1月6日（星期三）改为1月7日（星期四）" in told
        assert "暂定" not in told
        assert calendar(tmp_path, "apply", NOTICE).out.splitlines()[-1].startswith("0 petitions; ")
        shown = calendar(tmp_path, "show", "2027").out.splitlines()
        assert (shown[0].startswith("2027年  "), "暂定" in shown[0], "applied 2026-12-27" in shown[-1]) == (
            True,
            False,
            True,
        )
        await phone.move_clock(advance="1m")  # wakes the loop that looks for new versions

        async def counted_anew() -> bool:
            other = phone.other(f"oCalendar_{next(serials):020}")
            words = (await _file(other))[1]
            return "2027年1月7日 23:59" in words and "暂定" not in words

        serials = iter(range(2, 1000))
        await until(counted_anew)
        explained = deadline(
            tmp_path, "--policy", "urumqi", "--kind", "help", "--filed", "2026-12-27", "--config", DEMO
        )
        assert json.loads(explained.out)["milestones"][1]["due"] == "2027-01-07T23:59:59+08:00"
