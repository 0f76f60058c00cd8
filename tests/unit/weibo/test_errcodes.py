"""Each code of Weibo and what it means; the answers of the vectors file among them."""

import json
from datetime import UTC, datetime

import pytest

from adapters.platform import (
    CredentialsError,
    Refused,
    RetryAfter,
    UnknownOutcome,
    UnreachableCitizen,
    WindowClosed,
)
from adapters.weibo.errcodes import code_of, error_for, error_for_status
from tests.unit.weibo.pushes import SAMPLES

NOW = datetime(2026, 11, 21, 2, 15, tzinfo=UTC)
TO_MIDNIGHT, TO_THE_HOUR = 13.75 * 3600, 2700.0

CODES = {
    CredentialsError: "21301 21314 21315 21316 21317 21319 21327 21332 10006 20502 10005 10014 21321 21335 21337"
    " 20015 20031",
    RetryAfter: "10002 10009 10010 10004 10022 10023 10024 20016",
    UnknownOutcome: "10001 10003 10011",
    UnreachableCitizen: "20003 20301 20508 20206 20207 20112",
    Refused: "10008 10012 10013 10016 10017 10020 10021 20012 20013 20017 20018 20019 20020 20021 20101 20111 20201"
    " 20302 20303 20305 20306 20307 21602 26401 264XX 99999 ?",
}
SECONDS = {
    "10002": 2.0,
    "10009": 4.0,
    "10010": 4.0,
    "10004": TO_THE_HOUR,
    "10022": TO_THE_HOUR,
    "20016": TO_THE_HOUR,
    "10023": TO_MIDNIGHT,
    "10024": TO_MIDNIGHT,
}


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in CODES.items() for code in codes.split()])
def test_a_code_becomes_its_error(kind, code):
    error = error_for(code, call="messages/reply.json", now=NOW)
    assert (type(error), error.code, str(error)) == (kind, code, f"messages/reply.json: error {code}")
    assert getattr(error, "seconds", None) == SECONDS.get(code)
    assert bool(getattr(error, "remedy", "")) == (kind is CredentialsError)


def test_the_codes_of_a_closed_window_are_a_setting():
    error = error_for("26403", call="x", now=NOW, window_codes={"26403"})
    assert (type(error), error.code) == (WindowClosed, "26403")


def _answers(name: str) -> list[dict]:
    value = json.loads((SAMPLES / "answers" / f"{name}.json").read_text())
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("missing_source", ["10006", "20502"]),
        ("expired_token", ["21327"]),
        ("user_limit", ["10023"]),
        ("delayed", ["20032"]),
        ("oauth", ["21325"]),
        ("placeholder", ["264XX"]),
        ("access_token", [""]),
        ("comments_mentions", [""]),
        ("mention_ids", [""]),
        ("user_info", [""]),
        ("direct_message", [""]),
    ],
)
def test_the_code_of_a_published_answer(name, codes):
    assert [code_of(answer) for answer in _answers(name)] == codes


def test_the_code_of_a_published_answer_of_the_sending_to_many():
    answers = json.loads((SAMPLES / "outbound.json").read_text())["sendall_answers"]
    assert [code_of(answer) for answer in answers] == ["", "1000XX"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({}, ""),
        ({"error_code": 0}, ""),
        ({"error_code": "0"}, ""),
        ({"errcode": 0}, ""),
        ({"error_code": ""}, ""),
        ({"error_code": " 10014 "}, "10014"),
        ({"error_code": "a secret with spaces"}, "?"),
        ({"error_code": True}, ""),
        ({"error_code": None, "error": "x"}, "?"),
        ({"error": "expired_token"}, "21327"),
        ({"error": "invalid_access_token"}, "21332"),
        ({"error": {"a": 1}}, "?"),
        ({"result": True}, ""),
        ({"result": False}, "?"),
    ],
)
def test_the_code_of_an_odd_answer(answer, code):
    assert code_of(answer) == code


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (429, RetryAfter),
        (202, UnknownOutcome),
        (500, UnknownOutcome),
        (502, UnknownOutcome),
        (302, CredentialsError),
        (401, CredentialsError),
        (403, CredentialsError),
        (404, CredentialsError),
        (400, Refused),
        (413, Refused),
    ],
)
def test_a_status_without_a_code_becomes_its_error(status, kind):
    error = error_for_status(status, call="x")
    assert (type(error), getattr(error, "code", "")) == (kind, f"http {status}")


def test_two_hundred_is_no_error():
    assert error_for_status(200, call="x") is None
