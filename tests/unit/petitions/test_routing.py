import pytest

from bot.petitions.routing import Unit, barred, named_in

BUREAU = Unit(id="bureau", name="河滩区城市管理局", short="城管局", aliases=("城管",))
TEAM = Unit(id="team", name="河滩区城管执法一队", short="执法一队", parent="bureau")
STREET = Unit(id="street", name="和平街道办事处", short="和平街道", parent="district")
DISTRICT = Unit(id="district", name="河滩区政府", short="河滩区")
OTHER = Unit(id="other", name="市水务集团", short="水务", aliases=("水",))
UNITS = (BUREAU, TEAM, STREET, DISTRICT, OTHER)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("城管局的人乱罚款", {"bureau"}),
        ("城管收钱", {"bureau"}),
        ("执法一队队长收礼", {"team"}),
        ("河滩区城市管理局和和平街道互相推", {"bureau", "street", "district"}),
        ("家里没有水", set()),
        ("", set()),
    ],
)
def test_units_are_named_by_any_of_their_names(text, named):
    assert named_in(text, UNITS) == named


@pytest.mark.parametrize(
    ("text", "shut"),
    [
        ("城管局的人乱罚款", {"bureau", "team"}),
        ("执法一队队长收礼", {"team", "bureau"}),
        ("和平街道的干部吃拿卡要", {"street", "district"}),
        ("有人偷排污水", set()),
    ],
)
def test_a_report_reaches_neither_the_named_nor_its_parent_nor_its_branches(text, shut):
    assert barred(text, iter(UNITS)) == shut
