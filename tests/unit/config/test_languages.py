"""Which files a language is spoken and heard from."""

import re
import shutil

import pytest

from bot.app.office import hearing_file, hearing_of, load_office, phrases_file
from config.errors import SettingsError
from config.hearing import HEARING
from config.phrases import PHRASES, check_phrases, load_phrases
from dialogs.needed import NEEDED
from dialogs.spoken import SPOKEN
from dialogs.understanding import Ear

HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture
def environ(tmp_path):
    """Return settings that name two folders, with Chinese in both and a second way to write it in one."""
    for file, folder in ((PHRASES, "phrases"), (HEARING, "hearing")):
        (tmp_path / folder).mkdir()
        shutil.copyfile(file, tmp_path / folder / "zh.toml")
    shutil.copyfile(PHRASES, tmp_path / "phrases" / "zh-xx.toml")
    return {
        "WENQIAO_FILES__PHRASES": str(tmp_path / "phrases"),
        "WENQIAO_FILES__HEARING": str(tmp_path / "hearing"),
        "WENQIAO_STORAGE__DATA_DIR": str(tmp_path),
    }


def files(environ, language):
    environ = environ | {"WENQIAO_PHRASES__LANGUAGE": language}
    return phrases_file(None, environ=environ).name, hearing_file(None, environ=environ).name


def test_a_language_is_spoken_and_heard_from_its_own_files(environ, tmp_path):
    assert files(environ, "zh") == ("zh.toml", "zh.toml")
    shutil.copyfile(HEARING, tmp_path / "hearing" / "zh-xx.toml")
    assert files(environ, "zh-xx") == ("zh-xx.toml", "zh-xx.toml")


def test_another_way_to_write_a_language_is_heard_with_the_words_of_that_language(environ):
    assert files(environ, "zh-xx") == ("zh-xx.toml", "zh.toml")
    assert load_office(None, environ=environ | {"WENQIAO_PHRASES__LANGUAGE": "zh-xx"}).catalogue.hearing.words


def test_a_language_without_files_does_not_start_and_names_both(environ):
    assert files(environ, "en") == ("en.toml", "en.toml")
    with pytest.raises(SettingsError) as caught:
        load_office(None, environ=environ | {"WENQIAO_PHRASES__LANGUAGE": "en"})
    names = [problem.name for problem in caught.value.problems]
    assert [name.rpartition("/")[2] for name in names] == ["en.toml", "en.toml"]


def test_the_shipped_traditional_chinese_is_written_throughout():
    """Its text has no sign that only 简体 has (Big5 holds none), and is what the ear takes for the simplified words."""
    hant, zh = load_phrases(PHRASES.with_name("zh-hant.toml")), load_phrases()
    assert check_phrases(hant, SPOKEN, needed=NEEDED) == ()
    said = {key: words_of(source) for key, source in hant.items()}
    simplified = {key for key, text in said.items() for sign in HAN.findall(text) if not is_in_big5(sign)}
    assert simplified == set()
    ear = Ear(hearing_of(HEARING))
    heard = {key: ear.simplified(text.translate({0x300C: "“", 0x300D: "”"})) for key, text in said.items()}
    assert heard == {key: words_of(source) for key, source in zh.items()}


def words_of(source):
    return "\n".join([source["text"], *(one["label"] for one in source.get("choices", ()))])


def is_in_big5(sign):
    try:
        return bool(sign.encode("big5"))
    except UnicodeEncodeError:
        return False
