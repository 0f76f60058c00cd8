"""What is found in free words, and what is rather not found than wrong."""

import pytest

from bot.petitions.vocabulary import Kind
from tests.unit.dialogs.conftest import EAR

KINDS = {
    "我要投诉楼下烧烤店油烟": Kind.COMPLAINT,
    "你好，我想投诉一下物业乱停电梯": Kind.COMPLAINT,
    "匿名举报和平路有个黑诊所": Kind.REPORT,
    "举报有人套取补贴": Kind.REPORT,
    "建议在和平路口加装一个红绿灯": Kind.SUGGEST,
    "我提个建议，公园多放几把椅子": Kind.SUGGEST,
    "感谢你们，问题已经解决了": None,
    "我要表扬公交司机": Kind.PRAISE,
    "求助！老人走失了": Kind.HELP,
    "请问灵活就业的社保怎么交？": Kind.CONSULT,
    "公租房怎么申请需要什么材料": Kind.CONSULT,
    "我想问一下我这个户口在外地的孩子上学要啥手续去哪办": Kind.CONSULT,
    "养老认证在手机上怎么弄，要去哪里办理": Kind.CONSULT,
    "我们小区楼下的烧烤店每天晚上油烟很大": None,
    "为什么停水三天了还没人管": None,
    "请问路灯坏了一个月怎么还没人修": None,
    "社保局的人态度不好，问他怎么办理都不说": None,
    "建设路12号路灯坏了三天没人修,电话13812345678,投诉": Kind.COMPLAINT,
    "楼下烧烤店天天冒烟 我要投诉他们！": Kind.COMPLAINT,
    "老人走失两天了，求助。": Kind.HELP,
    "已经打12345投诉": None,
    "路灯坏了，请问怎么投诉": None,
    "打了热线也没人理，只说记下我的建议": None,
    "停水": None,
    "": None,
}
PLACES = {
    "和平路工地夜里一直施工到凌晨三点": "和平路",
    "我家住在和平路12号，楼下很吵": "和平路12号",
    "滨江东路与人民路交叉口的红绿灯坏了": "滨江东路与人民路交叉口",
    "云溪区和平路12号幸福小区3号楼电梯停了": "云溪区和平路12号幸福小区3号楼",
    "阳光花园二期十二栋没暖气": "阳光花园二期十二栋",
    "我们小区楼下的烧烤店油烟很大": "",
    "门口那条马路坏了": "",
    "隔壁小区的狗一直叫": "",
    "高速公路上有个坑": "",
    "走在路上被狗咬了": "",
    "路灯坏了": "",
    "昨天半夜解放大道有人飙车": "解放大道",
    "停水三天": "",
    "": "",
}


@pytest.mark.parametrize(("text", "kind"), KINDS.items())
def test_kinds(text, kind):
    assert EAR.kind_in(text) is kind


@pytest.mark.parametrize(("text", "place"), PLACES.items())
def test_places(text, place):
    assert EAR.place_in(text) == place


def test_phones():
    assert EAR.phone_in("路灯坏了，我电话138 1234 5678，随时打") == "13812345678"
    assert EAR.phone_in("路灯坏了三天，12号楼") == ""


def test_a_very_long_text_is_read_at_once():
    assert EAR.place_in("区" * 7000 + "和平路") == ""
    assert EAR.kind_in("请" * 7000) is None


def test_a_chain_of_wishes_is_read_once() -> None:
    assert EAR.kind_in("我" + "想要" * 150 + "啊") is None
    assert EAR.kind_in("我" + "想要" * 20 + "投诉") is Kind.COMPLAINT
