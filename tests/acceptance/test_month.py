"""A month of a town: every notice comes once or waits with its reason, and no call is made that the rules forbid.

`bench/month.py` is the whole house in one process under a movable clock; the ledger it prints is its own.
"""

import json
from typing import Any

import pytest

from tests.acceptance.processes import ended
from tests.acceptance.warm import ROOT

MONTH_SECONDS = 600
REASONS = (
    "waiting: message: window_shut; template: not_following; subscription: no_grant",
    "waiting: message: window_shut; mention_reply: no_mention; public_comment: no_place",
    "waiting: said in public that there is news; the words wait for the next contact",
)


def month(*options: str) -> dict[str, Any]:
    done = ended("bench.month", *options, folder=ROOT, environ={"PYTHONWARNINGS": "error"}, seconds=MONTH_SECONDS)
    assert done.err == "", done.err[-4000:]
    figures: dict[str, Any] = json.loads(done.out.splitlines()[-1])
    assert (figures["wrong"], figures["forbidden"], done.code) == ([], [], 0)
    return figures


@pytest.mark.slow
def test_a_month_of_five_hundred_citizens() -> None:
    told = month("--citizens", "500")
    assert told["citizens"] == 500
    assert sum(told["states"].values()) == told["owed"] > 1500
    assert told["came"] == told["states"]["sent"]
    assert set(told["states"]) - {"merged"} == {"sent", "waiting"}
    reasons = {reason for reason in told["reasons"] if not reason.startswith("merged: merged into ")}
    assert set(REASONS[:2]) <= reasons <= set(REASONS)
    assert (len(told["tempers"]), len(told["stories"]), len(told["kinds"])) == (7, 11, 16)
    assert set(told["ways"]) == {"custom", "template", "subscription", "reply", "comment"}


@pytest.mark.slow
def test_a_month_with_every_fault_ends_the_same() -> None:
    """The same people: they are owed the same, and hear it once, unless the record says that it cannot know."""
    plain, faulty = month("--citizens", "80"), month("--citizens", "80", "--faults", "0.05")
    assert (faulty["stories"], faulty["kinds"], faulty["owed"]) == (plain["stories"], plain["kinds"], plain["owed"])
    assert set(faulty["states"]) - {"merged"} == {"sent", "waiting", "unknown"}
    assert faulty["came"] >= faulty["states"]["sent"] > faulty["owed"] / 2
    unknown = [reason for reason in faulty["reasons"] if reason.startswith("unknown")]
    assert any("broke off" in reason for reason in unknown)
    assert any("HTTP 500" in reason for reason in unknown)
    assert any("not a JSON object" in reason for reason in unknown)
    assert faulty["tokens"] < faulty["owed"] / 4
