"""The whole story: filing word for word, taps and numbers, the acts, the clocks, and each notice on the phone."""

from bot.petitions.acts import Act
from bot.petitions.vocabulary import EventType, Kind, Rating, State

from .conftest import House, number_in


async def test_filed_word_for_word(house: House) -> None:
    an = await house.citizen("安阿姨")
    assert "投诉的事" in await an.says("投诉")
    assert "地点" in await an.says("和平路工地夜里一直施工到凌晨三点")
    assert "图片" in await an.says("和平路12号")
    await an.sends("image")
    await an.sends("voice")
    await an.sends("video")
    assert "电话" in await an.says("完成")
    assert "公开" in await an.says("13812345678")
    assert "材料：3 份" in await an.says("不公开")
    said = await an.says("提交")
    number = number_in(said)
    assert number == "WQ20261123-0000018"
    assert "2026年11月23日 17:00 前响应" in said
    assert "2026年12月2日 23:59 前答复" in said
    petition = (await house.case(number)).petition
    assert (petition.content, petition.place, petition.phone, petition.public) == (
        "和平路工地夜里一直施工到凌晨三点",
        "和平路12号",
        "13812345678",
        False,
    )
    async with house.running.storage.read() as work:
        files = await work.attachments.of_petition(number)
    assert [file.kind for file in files] == ["image", "voice", "video"]


async def test_filed_by_taps_and_numbers(house: House) -> None:
    an = await house.citizen("安阿姨")
    await an.does(event="subscribe")
    assert "求助的事" in await an.taps("求助")
    await an.says("老人独居，家里水管爆了没人修")
    await an.taps("跳过")
    await an.says("1")
    await an.says("1")
    await an.says("2")
    number = number_in(await an.taps("提交"))
    petition = (await house.case(number)).petition
    assert (petition.kind, petition.content, petition.public) == (Kind.HELP, "老人独居，家里水管爆了没人修", False)


async def test_every_act_reaches_the_phone(house: House) -> None:
    an = await house.citizen("安阿姨")
    number = await an.files()
    assert await an.notices() == []
    await house.act(Act.ACCEPT, number)
    await an.gets(1)
    await house.act(Act.FORWARD, number, unit="zhujian")
    await an.gets(2)
    await house.act(Act.ANSWER, number, text="已责令停工，夜间不再施工。")
    await an.gets(3)
    await house.act(Act.CLOSE, number)
    notices = await an.gets(4)
    assert notices == [
        (
            "custom",
            (
                f"您的投诉已受理，请放心等候。\n编号：{number}\n内容：和平路工地夜里一直施工到凌晨三点\n"
                "12月2日（星期三）当天结束前答复您。"
            ),
        ),
        (
            "custom",
            (
                "您的投诉已转给云溪市住房和城乡建设局办理，要问详情可以打 0999-5550201。\n"
                f"编号：{number}\n12月2日（星期三）当天结束前答复您。"
            ),
        ),
        (
            "custom",
            f"您的投诉有答复了，请看：\n编号：{number}\n云溪市住房和城乡建设局答复：\n已责令停工，夜间不再施工。",
        ),
        (
            "custom",
            (
                f"请给结果打分：您的投诉已办结，您满意吗？\n编号：{number}\n内容：和平路工地夜里一直施工到凌晨三点\n"
                "1. 满意\n2. 基本满意\n3. 不满意"
            ),
        ),
    ]
    assert "事情解决了吗" in await an.taps("不满意")
    assert "用一句话说说" in await an.taps("没解决")
    assert "重新办吗" in await an.says("还是有噪音")
    case = await house.case(number)
    assert (case.petition.state, case.petition.rating) == (State.CLOSED, Rating.DISSATISFIED)
    last = (await house.events(number))[-1]
    assert (last.type, last.data) == (
        EventType.RATED,
        {"rating": "dissatisfied", "solved": "unsolved", "words": "还是有噪音"},
    )
    await an.taps("重新办理")
    case = await house.case(number)
    assert (case.petition.state, case.petition.redos, case.petition.solved) == (State.FORWARDED, 1, None)


async def test_refused_with_a_reason(small_house: House) -> None:
    an = await small_house.citizen("安阿姨")
    number = await an.files()
    await small_house.act(Act.REFUSE, number, text="属于诉讼事项", elsewhere="人民法院")
    assert await an.gets(1) == [
        (
            "custom",
            f"很抱歉，您的投诉没有受理，请看原因和去处。\n编号：{number}\n原因：属于诉讼事项\n您可以：人民法院",
        )
    ]


async def test_the_clocks_pass_and_are_told(house: House) -> None:
    an = await house.citizen("安阿姨")
    number = await an.files()
    house.advance(hours=6.5)  # yellow for the office: the citizen hears nothing of it
    house.advance(hours=2)
    first = await an.gets(1)
    house.advance(days=2)  # the window has closed: from here on by template
    await house.act(Act.FORWARD, number, unit="zhujian")
    await an.gets(2)
    house.advance(days=6)  # 1 December, 17:30: the day before the answer is due; nobody signed in a working day
    await an.gets(4)
    house.advance(days=2)
    await an.gets(5)
    cards = [[line["value"] for line in message["fields"]] for message in await an.phone() if "fields" in message]
    assert cards == [
        [number, "云溪市住房和城乡建设局", "办理中", "2026年11月25日 17:30"],
        [number, "云溪市住房和城乡建设局", "已签收", "2026年12月1日 17:30"],
        [number, "市问政办", "临近期限", "2026年12月1日 17:30"],
        [number, "市问政办", "答复超时", "2026年12月3日 17:30"],
    ]
    assert len(await an.notices()) == 5
    assert first == [
        (
            "custom",
            (
                "很抱歉，您的投诉没有按时响应，已经上报督办，有进展马上告诉您。\n"
                f"编号：{number}\n内容：和平路工地夜里一直施工到凌晨三点"
            ),
        )
    ]


async def test_who_asked_for_short_words_hears_short_news(house: House) -> None:
    an = await house.citizen("安阿姨")
    number = await an.files()
    await an.says("简单")
    await house.act(Act.ACCEPT, number)
    await an.gets(1)
    await house.act(Act.ANSWER, number, text="已责令停工。")
    await an.gets(2)
    await an.says("详细")
    await house.act(Act.CLOSE, number)
    *brief, full = [text for _, text in await an.gets(3)]
    summary = "内容：和平路工地夜里一直施工到凌晨三点"
    assert brief == [
        f"您的投诉受理了，请放心。\n{summary}\n12月2日（星期三）当天结束前答复您。",
        f"您的投诉有答复了。\n{summary}\n云溪市网络问政办公室答复：\n已责令停工。",
    ]
    assert full.startswith("请给结果打分：您的投诉已办结，您满意吗？")
