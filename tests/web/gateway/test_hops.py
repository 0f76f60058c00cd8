"""A petition through many hands: every hop with its clock, its notice, and a history from which all of it follows."""

from bot.petitions.acts import Act
from bot.petitions.petition import Actor
from bot.petitions.rebuilding import differences
from bot.petitions.vocabulary import MilestoneName, Rating, Role, State

from .conftest import Citizen, House

BOSS = Actor(role=Role.SUPERVISOR, id="duban")
ROADS = Actor(role=Role.OFFICER, id="jiaotong", unit="jiaotong")
WATER = Actor(role=Role.OFFICER, id="shuiwu", unit="shuiwu")


class Case:
    """One petition and its citizen; counts the notices as they come."""

    def __init__(self, house: House, an: Citizen, number: str) -> None:
        self.house, self.an, self.number, self.count = house, an, number, 0

    async def act(self, act: Act, *, by: Actor | None = None, notices: int = 1, **fields: object) -> None:
        await self.house.act(act, self.number, **({"actor": by} if by else {}), **fields)  # type: ignore[arg-type]
        await self.told(notices)

    async def told(self, notices: int) -> None:
        self.count += notices
        await self.an.gets(self.count)

    async def due(self, name: MilestoneName = MilestoneName.ANSWER) -> str:
        clock = (await self.house.case(self.number)).milestone(name)
        assert clock is not None
        return f"{clock.due_at.astimezone(self.house.clock.now().tzinfo):%m-%d}"


async def test_a_petition_goes_all_the_way(house: House) -> None:
    an = await house.citizen("安阿姨")
    number = await an.files()  # Monday 23 November, 09:00
    case = Case(house, an, number)

    await case.act(Act.FORWARD, unit="jiaotong")
    house.advance(hours=5)
    await case.act(Act.RETURN, by=ROADS, text="排水井归市水务局")
    await case.act(Act.FORWARD, unit="shuiwu")
    await case.act(Act.FORWARD, unit="jiaotong", text="经协调，由市交通局办理")  # the third: a designation
    await case.act(Act.SIGN, by=ROADS)
    house.advance(days=1)  # Tuesday
    await an.says("你好")  # contact: the window for free messages is open again
    await case.act(Act.ASK, by=ROADS, text="请说明具体位置")
    house.advance(days=2)  # Thursday
    assert "您的补充已收到" in await an.says("路口东南角，公交站旁边")
    assert await case.due() == "12-04"
    await case.act(Act.EXTEND, by=ROADS, amount=2, text="等配件", notices=0)
    await case.act(Act.GRANT, by=BOSS)
    assert await case.due() == "12-08"
    assert "经批准延长2个工作日" in await an.says("为什么是这一天")
    house.advance(days=11, hours=4)  # Monday 7 December: due tomorrow
    await an.says("你好")
    await case.told(1)
    house.advance(days=1, hours=20)  # Wednesday: overdue, and supervised by rule
    await case.told(1)
    assert (await house.case(number)).open_clock(MilestoneName.FEEDBACK) is not None
    await case.act(Act.FEEDBACK, by=ROADS, text="配件已到，今天修", notices=0)
    await an.says("你好")
    await case.act(Act.ANSWER, by=ROADS, text="井盖已更换。")
    await an.says("不满意 还是晃")
    await case.act(Act.REDO, text="请重新固定")
    assert await case.due() == "12-18"
    await an.says("你好")
    await case.act(Act.ANSWER, by=ROADS, text="井圈已重新浇筑。")
    await case.act(Act.CLOSE)

    final = await house.case(number)
    assert (final.petition.state, final.petition.version) == (State.CLOSED, 19)
    assert [text.splitlines()[0] for _, text in await an.notices()] == FIRST_LINES
    [longer] = [text for _, text in await an.notices() if "延长" in text]
    assert longer.splitlines()[1:] == [
        f"编号：{number}",
        "原因：等配件",
        "答复期限由12月4日（星期五）延长到12月8日（星期二）。",
    ]
    terms = house.running.registrar.terms(final.petition)
    assert list(differences(final, await house.events(number), terms)) == []


FIRST_LINES = [
    "您的投诉已转给云溪市交通运输局办理，要问详情可以打 0999-5550203。",
    "您的投诉不归云溪市交通运输局办，我们正在另找单位，答复期限不变。",
    "您的投诉已转给云溪市水务局办理，要问详情可以打 0999-5550204。",
    "您的投诉已转给云溪市交通运输局办理，要问详情可以打 0999-5550203。",
    "您的投诉，云溪市交通运输局已签收，正在办理。",
    "办理您的投诉还缺一点情况，请您补充。",
    "您的投诉需要多一点时间办理，答复期限延长了。",
    "您的投诉快到答复期限了，我们正在催办。",
    "很抱歉，您的投诉没有按时答复，已经上报督办，有答复马上告诉您。",
    "您的投诉有答复了，请看：",
    "您对投诉的答复不满意，我们已要求重新办理。",
    "您的投诉有答复了，请看：",
    "请给结果打分：您的投诉已办结，您满意吗？",
]


async def test_helpers_chases_and_a_second_no(small_house: House) -> None:
    house = small_house
    an = await house.citizen("安阿姨")
    case = Case(house, an, await an.files())
    await case.act(Act.FORWARD, unit="shuiwu")
    await case.act(Act.COHANDLE, units=("jiaotong",))
    await case.act(Act.CONTRIBUTE, by=ROADS, text="路面由我们修", notices=0)
    assert (await house.case(case.number)).petition.co_units == ("jiaotong",)
    assert "已为您催办（第1次）" in await an.says("催办")
    assert "刚催办过" in await an.says("催办")
    house.advance(days=1)
    await an.says("催办")
    house.advance(days=1)
    await case.told(1)  # silence is a signature
    await an.says("催办")
    await case.told(1)  # the third leads to supervision
    await case.act(Act.FEEDBACK, by=WATER, text="明天修好", notices=0)
    await case.act(Act.ANSWER, by=WATER, text="已修好。")
    await an.says("不满意 没有修")
    await case.act(Act.REDO, text="请再去看")
    await case.act(Act.ANSWER, by=WATER, text="这次修好了。")
    await an.says("不满意 还是没有修")
    await case.told(1)
    final = await house.case(case.number)
    assert (final.petition.rating, final.petition.chases, final.petition.supervisions) == (Rating.DISSATISFIED, 3, 2)
    assert [text.splitlines()[0] for _, text in await an.notices()][1:] == [
        "您的投诉由云溪市水务局牵头，云溪市交通运输局一起办理。",
        "您的投诉，云溪市水务局已签收，正在办理。",
        "您的投诉已经督办，办理单位要书面说明情况。",
        "您的投诉有答复了，请看：",
        "您对投诉的答复不满意，我们已要求重新办理。",
        "您的投诉有答复了，请看：",
        "您的投诉已经督办，办理单位要书面说明情况。",
    ]
    terms = house.running.registrar.terms(final.petition)
    assert list(differences(final, await house.events(case.number), terms)) == []


async def test_a_picture_that_answers_hangs_on_the_petition(small_house: House) -> None:
    house = small_house
    an = await house.citizen("安阿姨")
    number = await an.files()
    await house.act(Act.ACCEPT, number)
    await an.gets(1)
    await house.act(Act.ASK, number, text="请发一张照片")
    await an.gets(2)
    assert "您的补充已收到" in await an.sends("image")
    async with house.running.storage.read() as work:
        files = await work.attachments.of_petition(number)
    assert [file.kind for file in files] == ["image"]
    assert (await house.case(number)).petition.state is State.ACCEPTED
