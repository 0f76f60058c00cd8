"""`python -m bot deadline`: every policy, every option, and every argument that is wrong."""

import json

import pytest
from typer.testing import CliRunner

from bot.commands.cli import cli


@pytest.fixture
def deadline(tmp_path, monkeypatch):
    monkeypatch.setenv("WENQIAO_STORAGE__DATA_DIR", str(tmp_path / "data"))
    return lambda *arguments: CliRunner().invoke(cli, ["deadline", *arguments])


@pytest.mark.parametrize(
    ("arguments", "policy", "due"),
    [
        (("--policy", "urumqi"), "urumqi", ["response 2026-11-21T17:30:00+08:00", "answer 2026-12-01T23:59:59+08:00"]),
        (("--policy", "beijing"), "beijing",
         ["response 2026-11-21T11:30:00+08:00", "answer 2026-11-28T23:59:59+08:00"]),
        (("--policy", "beijing", "--urgency", "urgent"), "beijing",
         ["response 2026-11-21T11:30:00+08:00", "answer 2026-11-22T09:30:00+08:00"]),
        (("--policy", "shanghai"), "shanghai", ["answer 2026-11-27T23:59:59+08:00"]),
        (("--policy", "jinan"), "jinan", ["answer 2026-11-27T23:59:59+08:00"]),
        (("--policy", "xinfang", "--extend", "30", "--review", "2027-03-01"), "xinfang",
         ["response 2026-12-06T23:59:59+08:00", "answer 2027-02-19T23:59:59+08:00",
          "review 2027-03-31T23:59:59+08:00"]),
        (("--extend", "3workdays", "--pause", "2026-11-23T10:00..2026-11-25T10:00"), "urumqi",
         ["response 2026-11-21T17:30:00+08:00", "answer 2026-12-08T23:59:59+08:00"]),
    ],
)  # fmt: skip
def test_a_policy_says_when_and_why(deadline, arguments, policy, due):
    ended = deadline(*arguments, "--kind", "help", "--filed", "2026-11-21T09:30")
    assert (ended.exit_code, ended.stderr) == (0, "")
    told = json.loads(ended.stdout)
    assert (sorted(told), told["policy"]) == (["milestones", "policy"], policy)
    assert [f"{one['name']} {one['due']}" for one in told["milestones"]] == due
    assert [sorted(one) for one in told["milestones"]] == [["due", "explain", "name", "provisional"]] * len(due)
    assert all(one["provisional"] is False and len(one["explain"]) >= 3 for one in told["milestones"])


def test_a_date_over_a_year_without_notice_is_provisional_and_says_so(deadline):
    ended = deadline("--policy", "urumqi", "--kind", "help", "--filed", "2026-12-25T09:30:00+08:00")
    answer = json.loads(ended.stdout)["milestones"][1]
    assert (answer["due"], answer["provisional"]) == ("2027-01-06T23:59:59+08:00", True)
    assert any("2027年放假安排尚未公布" in step for step in answer["explain"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--policy", "x"), "there is no policy 'x'; policies: urumqi, beijing, shanghai, xinfang, jinan"),
        (("--kind", "x"), "--kind is one of consult, help, complaint, report, suggest, praise, not 'x'"),
        (("--urgency", "x"), "--urgency is one of emergency, urgent, complex, not 'x'"),
        (("--filed", "x"), "--filed is a moment such as 2026-11-21T09:30 or 2026-11-21T09:30:00+08:00, not 'x'"),
        (("--filed", "2090-01-01"), "2090-01-01 lies outside the work calendar, which covers 2003-01-01 to 2056-12-31"),
        (("--filed", "9999-12-31T23:00"),
         "--filed lies outside the work calendar, which covers 2003-01-01 to 2056-12-31: '9999-12-31T23:00'"),
        (("--extend", "-3"), "--extend is a whole number of workdays, the unit of the answer, not '-3'"),
        (("--extend", "3hours"), "--extend is a whole number of workdays, the unit of the answer, not '3hours'"),
        (("--extend", "3", "--extend", "3"), "policy urumqi allows 1 extension, not 2"),
        (("--policy", "xinfang", "--extend", "31"), "policy xinfang allows an extension of at most 30 days, not 31"),
        (("--pause", "2026-11-23"),
         "--pause is FROM..TO, two moments such as 2026-11-23T10:00..2026-11-26T10:00, not '2026-11-23'"),
        (("--pause", "2026-11-23..2026-11-22"), "--pause ends before it begins: '2026-11-23..2026-11-22'"),
        (("--review", "2026-11-23"), "policy urumqi has no review"),
    ],
)  # fmt: skip
def test_a_bad_argument_is_told_in_one_sentence(deadline, arguments, said):
    sound = {"--policy": "urumqi", "--kind": "help", "--filed": "2026-11-21"}
    given = [part for option, value in sound.items() if option not in arguments for part in (option, value)]
    ended = deadline(*given, *arguments)
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", f"{said}\n")
