import json
from collections.abc import Mapping
from datetime import date
from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.petitions.vocabulary import NoticeKind
from config.accounts import Term
from config.errors import Problem, SettingsError
from config.sections import SecureCookie
from config.settings import SHIPPED, Settings, check_processes, config_paths, load_settings, masked_url

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OTHER_AES_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"

ACCOUNT = {
    "account": "main",
    "app_id": "wx0000000000000001",
    "app_secret": "secret-of-the-app",
    "token": "token-of-the-app",
    "aes_key": AES_KEY,
    "original_id": "gh_000000000001",
}


def entry(**changes: object) -> str:
    values = {**ACCOUNT, **changes}
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items() if value is not None]
    return "\n".join(["[[wechat]]", *lines, ""])


def load(tmp_path: Path, text: str = "", environ: Mapping[str, str] | None = None) -> Settings:
    path = tmp_path / "city.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, environ=environ or {})


def problems(tmp_path: Path, text: str = "", environ: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text, environ)
    assert str(caught.value) == "\n".join(f"{p.name}: {p.what} — {p.remedy}" for p in caught.value.problems)
    return [(problem.name, problem.what) for problem in caught.value.problems]


def test_the_shipped_settings_load_and_hold_no_account():
    settings = load_settings(None, environ={})

    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 8080)
    assert settings.storage.data_dir == Path.cwd() / "data"
    assert settings.database_url == f"sqlite+aiosqlite:///{Path.cwd()}/data/wenqiao.sqlite3"
    assert settings.office.name == "云溪市网络问政办公室"
    assert (settings.wechat, settings.weibo) == ((), ())
    assert settings.files.units == SHIPPED.parent / "units.toml"


def test_a_file_is_laid_on_the_shipped_one_key_by_key(tmp_path):
    settings = load(tmp_path, "[server]\nport = 9000\n" + entry())

    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 9000)
    assert settings.intake.max_age == 600
    assert [account.account for account in settings.wechat] == ["main"]
    assert settings.wechat[0].api_base == "https://api.weixin.qq.com"


def test_a_byte_order_mark_is_skipped(tmp_path):
    assert load(tmp_path, "\ufeff[server]\nport = 9000\n").server.port == 9000


@pytest.mark.parametrize(
    ("variable", "value", "read", "expected"),
    [
        ("WENQIAO_SERVER__PORT", "9001", lambda s: s.server.port, 9001),
        ("wenqiao_server__port", "9001", lambda s: s.server.port, 9001),
        ("WENQIAO_INTAKE__ANSWER_WITHIN", "2.5", lambda s: s.intake.answer_within, 2.5),
        ("WENQIAO_CONSOLE__SECURE_COOKIE", "always", lambda s: s.console.secure_cookie, SecureCookie.ALWAYS),
        ("WENQIAO_OFFICE__PHONE", "0999-5550199", lambda s: s.office.phone, "0999-5550199"),
        (
            "WENQIAO_SERVER__TRUSTED_PROXIES",
            "10.0.0.0/8, ::1",
            lambda s: s.server.trusted_proxies,
            (ip_network("10.0.0.0/8"), ip_network("::1")),
        ),
        ("WENQIAO_SERVER__TRUSTED_PROXIES", "", lambda s: s.server.trusted_proxies, ()),
        (
            "WENQIAO_DATABASE__URL",
            "postgresql+asyncpg://w:pw@db/wenqiao",
            lambda s: s.database_url,
            "postgresql+asyncpg://w:pw@db/wenqiao",
        ),
        ("WENQIAO_WECHAT__0__APP_SECRET", "new", lambda s: s.wechat[0].app_secret.get_secret_value(), "new"),
        ("WENQIAO_WECHAT__0__PLAIN", "true", lambda s: s.wechat[0].plain, True),
        ("WENQIAO_STORAGE__DATA_DIR", "/srv/wenqiao", lambda s: s.storage.data_dir, Path("/srv/wenqiao")),
        ("WENQIAO_PORT", "tcp://10.0.0.1:80", lambda s: s.server.port, 8080),
        ("OTHER_SERVER__PORT", "1", lambda s: s.server.port, 8080),
    ],
)
def test_the_environment_wins(tmp_path, variable, value, read, expected):
    assert read(load(tmp_path, entry(), {variable: value})) == expected


def test_an_account_can_come_from_the_environment_alone():
    environ = {f"WENQIAO_WECHAT__0__{name.upper()}": value for name, value in ACCOUNT.items()}
    environ |= {f"WENQIAO_WECHAT__1__{name.upper()}": value for name, value in ACCOUNT.items()}
    environ["WENQIAO_WECHAT__1__ACCOUNT"] = "second"

    settings = load_settings(None, environ=environ)

    assert [account.account for account in settings.wechat] == ["main", "second"]
    assert settings.wechat[0].aes_key.get_secret_value() == AES_KEY


def test_templates_are_read_by_notice_kind(tmp_path):
    text = entry() + (
        '[wechat.templates.progress]\nid = "T-1"\n'
        'fields = { character_string1 = "{{ number }}", thing2 = "{{ unit }}" }\n'
        f'[wechat.templates.{NoticeKind.ANSWERED}]\nid = "T-2"\nfields = {{ thing1 = "已答复" }}\n'
    )

    templates = load(tmp_path, text).wechat[0].templates

    assert {kind: (template.id, template.fields) for kind, template in templates.items()} == {
        "progress": ("T-1", {"character_string1": "{{ number }}", "thing2": "{{ unit }}"}),
        "answered": ("T-2", {"thing1": "已答复"}),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[server]\nprot = 1\n", [("server.prot", "unknown setting")]),
        ("[sever]\nport = 1\n", [("sever", "unknown setting")]),
        ("[server]\nport = 70000\n", [("server.port", "is out of range")]),
        ('[server]\nport = "many"\n', [("server.port", "is no whole number")]),
        ("[server]\nhost = 1\n", [("server.host", "is no text")]),
        ("server = 1\n", [("server", "is no table")]),
        ('[server]\npublic_url = "wz.example"\n', [("server.public_url", "is no web address")]),
        ('[server]\ntrusted_proxies = ["10.0.0.1/8"]\n', [("server.trusted_proxies[0]", "is no network")]),
        ('[server]\nhost = "0.0.0.0"\n[console]\nlogin_limit = 0\n', [("console.login_limit", "is out of range")]),
        ("[intake]\nanswer_within = 5.0\n", [("intake.answer_within", "is out of range")]),
        ('[console]\nsecure_cookie = "maybe"\n', [("console.secure_cookie", "is none of its choices")]),
        ('[storage]\ndata_dir = ""\n', [("storage.data_dir", "is empty")]),
        ('[office]\nphone = " "\n', [("office.phone", "is blank")]),
        ('[files]\nunits = ""\n', [("files.units", "is empty")]),
        (
            '[database]\nurl = "mysql://db/w"\n',
            [("database.url", "is no address of a database the gateway can use")],
        ),
        (
            '[database]\nurl = "postgresql://db/w"\n',
            [("database.url", "is no address of a database the gateway can use")],
        ),
        ('[database]\nurl = "postgresql+asyncpg://db"\n', [("database.url", "names no database")]),
        ('[redis]\nurl = "localhost:6379"\n', [("redis.url", "is no address of a Redis")]),
        ('[wechat]\naccount = "main"\n', [("wechat", "is no list")]),
        (entry(token=""), [("wechat[0].token", "is empty")]),
        (entry(token="to ken"), [("wechat[0].token", "has blanks or line breaks in it")]),
        (entry(token=None), [("wechat[0].token", "is missing")]),
        (entry(app_secret=""), [("wechat[0].app_secret", "is empty")]),
        (entry(aes_key=""), [("wechat[0].aes_key", "is empty")]),
        (entry(aes_key=None), [("wechat[0].aes_key", "is empty")]),
        (entry(aes_key=AES_KEY[:-1]), [("wechat[0].aes_key", "has 42 characters instead of 43")]),
        (entry(aes_key="-" * 43), [("wechat[0].aes_key", "does not decode to 32 bytes")]),
        (entry(aes_key="钥" * 43), [("wechat[0].aes_key", "does not decode to 32 bytes")]),
        (entry(plain=True, aes_key="short"), [("wechat[0].aes_key", "has 5 characters instead of 43")]),
        (entry(previous_aes_key="short"), [("wechat[0].previous_aes_key", "has 5 characters instead of 43")]),
        (entry(original_id="wx0000000000000001"), [("wechat[0].original_id", "is no original id")]),
        (entry(account="Main"), [("wechat[0].account", "is no short name")]),
        (entry(account=""), [("wechat[0].account", "is empty")]),
        (entry(api_base="api.weixin.qq.com"), [("wechat[0].api_base", "is no web address")]),
        (
            entry(api_base="https://u:p@api.weixin.qq.com"),
            [("wechat[0].api_base", "has more than scheme, host, port and path")],
        ),
        (entry(media_hosts=["https://qq.com"]), [("wechat[0].media_hosts[0]", "is no host name")]),
        (entry() + entry(), [("wechat[1].account", "is the name of another account too")]),
        (entry(tokn="x"), [("wechat[0].tokn", "unknown setting")]),
        (
            entry() + '[wechat.templates.answer]\nid = "T"\nfields = { thing1 = "x" }\n',
            [("wechat[0].templates.answer", "is no kind of notice")],
        ),
        (
            entry() + '[wechat.templates.progress]\nid = "T"\nfields = {}\n',
            [("wechat[0].templates.progress.fields", "is empty")],
        ),
        (
            entry() + '[wechat.templates.progress]\nid = "T"\nfields = { "Thing 1" = "x" }\n',
            [("wechat[0].templates.progress.fields.Thing 1", "is no field")],
        ),
    ],
)
def test_each_fault_is_named(tmp_path, text, expected):
    assert problems(tmp_path, text) == expected


def test_plain_mode_needs_no_key(tmp_path):
    assert load(tmp_path, entry(plain=True, aes_key=None)).wechat[0].aes_key.get_secret_value() == ""


def test_a_second_key_is_taken_while_keys_change(tmp_path):
    account = load(tmp_path, entry(previous_aes_key=OTHER_AES_KEY)).wechat[0]

    assert account.previous_aes_key.get_secret_value() == OTHER_AES_KEY


def test_all_faults_are_told_at_once(tmp_path):
    text = '[server]\nprot = 1\n[redis]\nurl = "x"\n' + entry(token="") + entry(aes_key="") + "[[weibo]]\nuid = 1\n"

    assert problems(tmp_path, text, {"WENQIAO_WECHAT__7__TOKEN": "t", "WENQIAO_SERVER__PORT": "x"}) == [
        ("WENQIAO_WECHAT__7__TOKEN", "leads to no setting"),
        ("server.port", "is no whole number"),
        ("server.prot", "unknown setting"),
        ("redis.url", "is no address of a Redis"),
        ("wechat[0].token", "is empty"),
        ("wechat[1].aes_key", "is empty"),
        ("weibo[0].account", "is missing"),
        ("weibo[0].app_key", "is missing"),
        ("weibo[0].app_secret", "is missing"),
        ("weibo[0].fans_token", "is missing"),
        ("weibo[0].oauth_token", "is missing"),
        ("wechat[1].account", "is the name of another account too"),
    ]


WEIBO = (
    '[[weibo]]\naccount = "city"\nuid = 1234567890\napp_key = "1"\napp_secret = "s"\n'
    'fans_token = "f"\noauth_token = "o"\nmentions = "both"\n'
)


def test_a_weibo_account_is_understood(tmp_path):
    account = load(tmp_path, WEIBO + 'rip = "203.0.113.7"\noauth_expires = 2027-01-31\n').weibo[0]

    assert (account.uid, account.rip, account.mentions.value) == ("1234567890", "203.0.113.7", "both")
    assert (account.oauth_expires, account.fans_expires) == (date(2027, 1, 31), None)


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("", ("weibo[0]", "has no rip")),
        ('rip = "::1"\n', ("weibo[0].rip", "is no IPv4 address")),
        ('rip = "203.0.113.7"\ndaily_calls = 40\n', ("weibo[0]", "keeps all calls of a day for answers")),
    ],
)
def test_what_cannot_work_with_weibo_stops_the_start(tmp_path, more, found):
    assert problems(tmp_path, WEIBO + more) == [found]


@pytest.mark.parametrize(
    ("text", "name", "remedy"),
    [
        ("[server]\nprot = 1\n", "server.prot", "did you mean server.port?"),
        ("[sever]\nport = 1\n", "sever", "did you mean server?"),
        ("public_ulr = 1\n", "public_ulr", "did you mean server.public_url?"),
        (entry(tokn="x"), "wechat[0].tokn", "did you mean wechat[0].token?"),
        ("[server]\nzzz = 1\n", "server.zzz", "remove it"),
        (entry(token=None), "wechat[0].token", "set it in the file, or as WENQIAO_WECHAT__0__TOKEN"),
    ],
)
def test_the_remedy_fits(tmp_path, text, name, remedy):
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text)

    assert [(problem.name, problem.remedy) for problem in caught.value.problems] == [(name, remedy)]


def test_a_fault_of_syntax_names_the_file_and_the_line(tmp_path):
    ((name, what),) = problems(tmp_path, "[server]\nport 9000\n")

    assert (name, what) == (
        str(tmp_path / "city.toml"),
        "is not TOML: Expected '=' after a key in a key/value pair (at line 2, column 6)",
    )


def test_a_file_in_another_encoding_is_said_so(tmp_path):
    path = tmp_path / "city.toml"
    path.write_bytes('[office]\nname = "云溪市"\n'.encode("gb18030"))

    with pytest.raises(SettingsError) as caught:
        load_settings(path, environ={})

    assert caught.value.problems == (
        Problem(name=str(path), what="is not UTF-8", remedy="save it in the encoding UTF-8"),
    )


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    path = tmp_path / "none.toml"

    with pytest.raises(SettingsError) as caught:
        load_settings(path, environ={})

    assert [(problem.name, problem.what) for problem in caught.value.problems] == [(str(path), "is not there")]


@pytest.mark.parametrize("variable", ["WENQIAO_SERVER__", "WENQIAO_SERVER__PORT__X", "WENQIAO_WECHAT__FIRST__TOKEN"])
def test_a_variable_that_fits_nowhere_is_named(tmp_path, variable):
    text = "[server]\nport = 1\n" + entry()

    assert problems(tmp_path, text, {variable: "1"}) == [(variable, "leads to no setting")]


MARKED = {
    "app_secret": "MARKER-app-secret",
    "token": "MARKER-token",
    "aes_key": "MARKERaes" + "0" * 34,
    "previous_aes_key": "MARKERold" + "0" * 34,
}
MARKED_URLS = (
    '[database]\nurl = "postgresql+asyncpg://w:MARKER-db@db/wenqiao"\n[redis]\nurl = "redis://:MARKER-redis@r/0"\n'
)


def test_no_secret_is_shown(tmp_path):
    settings = load(tmp_path, MARKED_URLS + entry(**MARKED))
    shown = [
        repr(settings),
        str(settings),
        repr(settings.wechat[0]),
        settings.model_dump_json(),
        json.dumps(settings.model_dump(mode="json")),
        str(settings.model_dump()),
        settings.database_shown,
    ]

    assert [text for text in shown if "MARKER" in text] == []
    assert settings.database_shown == "postgresql+asyncpg://w:***@db/wenqiao"
    assert settings.wechat[0].token.get_secret_value() == "MARKER-token"


def test_no_secret_is_shown_when_it_is_wrong(tmp_path):
    text = (
        '[database]\nurl = "mysql://w:MARKER-db@db/w"\n[redis]\nurl = "http://:MARKER-redis@r/0"\n'
        + entry(app_secret="MARKER app", token="MARKER token", aes_key="MARKER", previous_aes_key="MARKER")
        + entry(app_secret=["MARKER"], token={}, aes_key=["MARKER"], account="second", tokn="MARKER")
    )

    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text, {"WENQIAO_WECHAT__5__TOKEN": "MARKER"})

    error = caught.value
    assert len(error.problems) == 11
    assert [text for text in (str(error), repr(error), repr(error.problems)) if "MARKER" in text] == []
    assert (error.__cause__, error.__context__) == (None, None)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+asyncpg://w:pw@db:5432/x?password=pw", "postgresql+asyncpg://w:***@db:5432/x?***"),
        ("postgresql+asyncpg://db/x", "postgresql+asyncpg://db/x"),
        ("postgresql+asyncpg://w:p/w#?@db/x", "postgresql+asyncpg://w:***@db/x"),
        ("redis://:pw@host/0", "redis://:***@host/0"),
        ("sqlite+aiosqlite:////srv/w.sqlite3", "sqlite+aiosqlite:////srv/w.sqlite3"),
    ],
)
def test_a_url_is_shown_without_its_password(url, shown):
    assert masked_url(url) == shown


@pytest.mark.parametrize(
    ("text", "processes", "expected"),
    [
        ("", 1, []),
        ("", 0, ["--processes"]),
        ("", 2, ["database.url", "redis.url"]),
        ('[redis]\nurl = "redis://r/0"\n', 2, ["database.url"]),
        ('[database]\nurl = "postgresql+asyncpg://db/w"\n', 2, ["redis.url"]),
        ('[database]\nurl = "postgresql+asyncpg://db/w"\n[redis]\nurl = "redis://r/0"\n', 4, []),
    ],
)
def test_several_processes_need_postgresql_and_redis(tmp_path, text, processes, expected):
    assert [problem.name for problem in check_processes(load(tmp_path, text), processes)] == expected


@pytest.mark.parametrize(
    ("setting", "public_url", "secure"),
    [
        ("auto", "", False),
        ("auto", "http://wz.example", False),
        ("auto", "https://wz.example/", True),
        ("always", "", True),
        ("never", "https://wz.example", False),
    ],
)
def test_the_cookie_is_secure_when_the_outside_is(tmp_path, setting, public_url, secure):
    text = f'[server]\npublic_url = "{public_url}"\n[console]\nsecure_cookie = "{setting}"\n'

    settings = load(tmp_path, text)

    assert (settings.secure_cookie, settings.server.public_url) == (secure, public_url.rstrip("/"))


def test_data_files_are_found_from_the_file_that_names_them(tmp_path):
    text = '[files]\nunits = "city/units.toml"\nmatters = "/srv/matters.toml"\n'
    path = tmp_path / "city.toml"

    files = load(tmp_path, text).files

    assert (files.units, files.matters) == (tmp_path / "city/units.toml", Path("/srv/matters.toml"))
    assert (files.deadlines, files.phrases) == (SHIPPED.parent / "deadlines.toml", SHIPPED.parent / "phrases")
    assert config_paths(path, environ={}) == files
    assert config_paths(None, environ={"WENQIAO_FILES__UNITS": "units.toml"}).units == Path.cwd() / "units.toml"


def test_data_files_can_be_found_while_other_settings_are_wrong(tmp_path):
    path = tmp_path / "city.toml"
    path.write_text("[server]\nport = 70000\n[files]\nunits = 'u.toml'\n", encoding="utf-8")

    assert config_paths(path, environ={}).units == tmp_path / "u.toml"


def test_subscriptions_are_read_by_notice_kind(tmp_path):
    text = entry(subscribe_url="https://mp.weixin.qq.com/s/x?a={account}&t={templates}") + (
        '[wechat.subscriptions.progress]\nid = "S-1"\nfields = { thing1 = "{{ tip }}" }\n'
        f'[wechat.subscriptions.{NoticeKind.ANSWERED}]\nid = "S-2"\nterm = "long_term"\n'
        'fields = { thing1 = "已答复" }\n'
    )

    account = load(tmp_path, text).wechat[0]

    assert {kind: (one.id, one.term) for kind, one in account.subscriptions.items()} == {
        "progress": ("S-1", Term.ONE_TIME),
        "answered": ("S-2", Term.LONG_TERM),
    }
    assert account.subscribe_url == "https://mp.weixin.qq.com/s/x?a={account}&t={templates}"


SUBSCRIPTION = '[wechat.subscriptions.progress]\nid = "S"\nfields = { thing1 = "x" }\n'


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("mp.weixin.qq.com/s/x", "is no web address"),
        ("weixin://x", "is no web address"),
        ("https://", "is no web address"),
        ("https://mp.weixin.qq.com/s /x", "is no web address"),
        ("https://mp.weixin.qq.com/s/{number}", "has braces that mean nothing"),
        ("https://mp.weixin.qq.com/s/{0}", "has braces that mean nothing"),
        ("https://mp.weixin.qq.com/s/{account", "has braces that mean nothing"),
        ("https://mp.weixin.qq.com/s/{account.x}", "has braces that mean nothing"),
    ],
)
def test_a_link_to_subscribe_is_a_whole_address(tmp_path, url, what):
    assert problems(tmp_path, entry(subscribe_url=url) + SUBSCRIPTION) == [("wechat[0].subscribe_url", what)]


def test_a_link_without_anything_to_subscribe_to(tmp_path):
    found = problems(tmp_path, entry(subscribe_url="https://mp.weixin.qq.com/s/x"))
    assert found == [("wechat[0]", "has a subscribe_url and nothing to subscribe to")]


def test_a_term_that_is_none(tmp_path):
    text = entry() + SUBSCRIPTION + 'term = "weekly"\n'
    assert [name for name, _ in problems(tmp_path, text)] == ["wechat[0].subscriptions.progress.term"]
