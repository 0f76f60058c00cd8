import json

import pytest

from bot.petitions.vocabulary import Kind, Rating
from dialogs.session import Parts, Session, State
from dialogs.session_json import dump_session, load_session, with_rest

FULL = Session(
    state=State.RATE_WORDS,
    back=State.PUBLIC,
    since=1_795_000_000,
    parts=Parts(
        kind=Kind.COMPLAINT,
        content="路灯坏了",
        place="和平路",
        latitude=43.8,
        longitude=87.6,
        attachments=["wechat:main:u:1"],
        phone="13812345678",
        public=False,
        behind="cpeto",
    ),
    notified=True,
    filed=True,
    numbers=["WQ20261121-0000019"],
    number="WQ20261121-0000019",
    rating=Rating.FAIR,
    wrong_codes=[1_795_000_000],
    rest="后面的话",
    scene="qr_1",
)


def test_the_persisted_state_names_stay():
    assert [state.value for state in State] == [
        "idle",
        "menu",
        "filing.kind",
        "filing.content",
        "filing.place",
        "filing.evidence",
        "filing.phone",
        "filing.public",
        "filing.summary",
        "filing.edit",
        "filing.cancel",
        "draft.offer",
        "looking.pick",
        "looking.code",
        "looking.details",
        "withdrawing.pick",
        "withdrawing.confirm",
        "rating.pick",
        "rating.solved",
        "rating.words",
        "rating.redo",
        "chasing.pick",
        "supplement.pick",
        "supplement.ask",
        "reviewing.ask",
    ]


def test_the_stored_form_stays():
    assert json.loads(dump_session(FULL)) == {
        "v": 1,
        "s": "rating.words",
        "b": "filing.public",
        "t": 1_795_000_000,
        "d": {
            "k": "complaint",
            "c": "路灯坏了",
            "p": "和平路",
            "y": 43.8,
            "x": 87.6,
            "a": ["wechat:main:u:1"],
            "t": "13812345678",
            "o": 0,
            "z": "cpeto",
        },
        "n": 1,
        "f": 1,
        "l": ["WQ20261121-0000019"],
        "q": "WQ20261121-0000019",
        "g": "fair",
        "e": [1_795_000_000],
        "r": "后面的话",
        "o": "qr_1",
    }


@pytest.mark.parametrize("session", [FULL, Session()])
def test_what_is_written_is_read(session):
    assert load_session(dump_session(session)) == session


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "{",
        "null",
        "[]",
        '"x"',
        "{}",
        '{"v":2,"s":"idle"}',
        '{"v":1}',
        '{"v":1,"s":"nowhere"}',
        '{"v":1,"s":["idle"]}',
        '{"v":1,"s":"filing.place"}',
        '{"v":1,"s":"idle","d":[]}',
        '{"v":1,"s":"filing.place","d":{"k":"nothing"}}',
        '{"v":1,"s":"filing.place","d":{"c":7}}',
        '{"v":1,"s":"filing.place","d":{"a":[1]}}',
        '{"v":1,"s":"filing.place","d":{"y":"x"}}',
        '{"v":1,"s":"idle","b":"menu"}',
        '{"v":1,"s":"idle","t":"soon"}',
        '{"v":1,"s":"idle","e":7}',
        '{"v":1,"s":"idle"} and more',
        "[" * 100_000,
    ],
)
def test_damage_gives_a_fresh_session(damaged):
    assert load_session(damaged) == Session()


def test_a_draft_without_a_step_is_asked_for_its_kind():
    loaded = load_session('{"v":1,"s":"idle","d":{"c":"路灯坏了"}}')
    assert (loaded.state, loaded.parts) == (State.KIND, Parts(content="路灯坏了"))


def test_the_rest_of_a_long_answer_is_kept_and_given_once(stage):
    stage.says("你好")
    stage.sessions["甲"] = with_rest(stage.sessions["甲"], "第二页")
    assert with_rest(stage.sessions["甲"], "第二页") == stage.sessions["甲"]
    assert stage.says("更多") == "第二页"
    assert "没有更多" in stage.says("更多")
    assert with_rest("", "x") == '{"v":1,"s":"idle","r":"x"}'
