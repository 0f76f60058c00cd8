"""Which files a language is spoken and heard from."""

import shutil

import pytest

from bot.app.office import hearing_file, load_office, phrases_file
from config.errors import SettingsError
from config.hearing import HEARING
from config.phrases import PHRASES


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
