"""What a citizen is promised when a petition is filed under each shipped policy, in the words of the reply."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.app.clerks import registrar_of
from bot.app.office import load_office
from bot.clock import SHANGHAI
from bot.messages import Reply
from bot.petitions.petition import Draft
from bot.petitions.vocabulary import Kind

NOW = datetime(2026, 12, 25, 9, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("policy", "promises"),
    [
        ("urumqi", ["2026年12月25日 17:30 前响应", "2027年1月6日 23:59（暂定） 前答复"]),
        ("beijing:urgent", ["2026年12月25日 11:30 前响应", "2026年12月26日 09:30 前答复"]),
        ("shanghai:consult", ["2026年12月28日 23:59 前答复"]),
        ("jinan", ["2027年1月4日 23:59（暂定） 前答复"]),
        ("xinfang", ["2027年1月9日 23:59 前响应", "2027年2月23日 23:59 前答复"]),
    ],
)
def test_the_reply_to_a_filing_names_what_the_policy_promises(policy, promises):
    office = load_office(None, environ={})
    registrar = registrar_of(replace(office, policies=replace(office.policies, default=policy)))
    draft = Draft(kind=Kind.HELP, content="路灯坏了三天")
    filing = registrar.file(draft, sequence=1, citizen="wechat:main:o-li", now=NOW)
    assert filing.outcome.case.petition.policy == policy
    said = office.phrasing.render(Reply(phrase="filing.filed", values={**filing.values, "kind": "求助"})).text
    assert [line for line in said.splitlines() if line.endswith(("响应", "答复"))] == promises
    assert "\n\n" not in said
