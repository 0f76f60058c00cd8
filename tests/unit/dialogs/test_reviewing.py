"""申请复查 and 申请复核, where the rules of the petition have them."""

from bot.petitions.acts import Act
from bot.petitions.vocabulary import State
from dialogs.intents import Review


def test_a_reply_is_reviewed_where_the_rules_have_it(filed):
    assert "现在不能申请复查或复核" in filed.says("申请复查")
    filed.acts("转办")
    filed.acts("答复", "不予支持")
    assert "现在不能申请复查或复核" in filed.says("申请复查")
    filed.policy = "xinfang"
    assert "要对 WQ20261121-0000019 的答复申请复查" in filed.says("申请复查")
    assert "复查申请已登记" in filed.says("答复没有说明依据，请重新核实")
    assert filed.turn.intents == (
        Review(number="WQ20261121-0000019", level=Act.REVIEW, reason="答复没有说明依据，请重新核实"),
    )
    assert filed.cases[filed.last].petition.state is State.REVIEWING
    assert "您的复查申请收到了" in filed.notices[-1]
    assert "申请复查" in filed.says(filed.last)


def test_a_reason_may_come_along_and_the_asking_may_end(filed):
    filed.policy = "xinfang"
    filed.acts("转办")
    filed.acts("答复", "不予支持")
    filed.says("复查")
    assert filed.says("不") == "好的，没有申请。"
    assert "现在不能申请" in filed.says(f"申请复查 {filed.last} 不同意", who="乙")
    assert "复查申请已登记" in filed.says(f"申请复查 {filed.last} 不同意这个答复")
