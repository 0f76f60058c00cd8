"""The other commands, each as a process of its own, some beside a running gateway."""

import asyncio
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.petitions.acts import BY_STAFF
from tests.acceptance.console import Desk
from tests.acceptance.phone import Phone
from tests.acceptance.processes import Ended, Running, bot, data_in, free_port

DEMO = str(Path(__file__).parent.parent.parent / "config" / "demo.toml")
WAYS = ("投诉", "菜市场后门的下水道堵了一周，污水流到人行道上。", "跳过", "跳过", "跳过", "不公开", "提交")


async def file(phone: Phone) -> str:
    *_, filed = [await phone.say(words) for words in WAYS]
    [number] = re.findall(r"编号：(WQ[\d-]+)", filed)
    return str(number)


async def test_act_does_what_the_buttons_do(running: Running, phone: Phone, tmp_path: Path) -> None:
    async def act(number: str, *arguments: str, user: str = "shouli") -> Ended:
        command = ("act", number, *arguments, "--as", user, "--config", DEMO)
        return await asyncio.to_thread(bot, *command, folder=tmp_path, environ=data_in(tmp_path))

    await phone.move_clock(set="2026-11-20T10:00:00")
    other = phone.other("oStory_00000000000000000002")
    number, refused = await file(phone), await file(other)

    wrong = await asyncio.gather(
        act(number, "praise"),
        act(number, "accept", user="nobody"),
        act(number[:-1] + str((int(number[-1]) + 1) % 10), "accept"),
        act("WQ20261119-9999996", "accept"),
        act(number, "close"),
        act(number, "answer", "--text", "已疏通。", user="shuiwu"),
        act(number, "forward"),
        act(number, "forward", "--unit", "nowhere"),
        act(number, "refuse"),
    )
    assert [(ended.code, ended.out) for ended in wrong] == [(1, "")] * len(wrong)
    assert [ended.err.removesuffix("\n") for ended in wrong] == [
        f"ACT is one of {', '.join(BY_STAFF)}, not 'praise'",
        "there is no user 'nobody' who may act",
        "The petition number is mistyped.",
        "No such petition.",
        "a petition that is filed does not admit close",
        "No such petition.",  # for an officer of another unit there is none
        "No such unit.",
        "No such unit.",
        "reason is required",
    ]
    assert (await phone.sent(), await other.sent()) == ([], [])

    steps = (
        ("accept",),
        ("forward", "--unit", "chengguan", "--text", "请今日处理"),
        ("answer", "--text", "已疏通。"),
        ("close",),
    )
    done = []
    for count, step in enumerate(steps, start=1):
        bare = number.removeprefix("WQ").replace("-", "")
        done.append(await act(bare if count == 2 else number, *step, user="chengguan" if count == 3 else "shouli"))
        await phone.texts(count)  # before the next step, or that one's news would overtake it
    done.append(await act(refused, "refuse", "--text", "已在诉讼中", "--elsewhere", "人民法院"))
    states = ("accepted (已受理)", "forwarded (办理中)", "answered (已答复)", "closed (已办结)")
    assert [(ended.code, ended.out, ended.err) for ended in done] == [
        *((0, f"{number}: {state}\n", "") for state in states),
        (0, f"{refused}: refused (不予受理)\n", ""),
    ]
    accepted, forwarded, answered, closed = await phone.texts(4)
    starts = ("您的投诉已受理", "您的投诉已转给云溪市城市管理局办理", "您的投诉有答复了", "请给结果打分")
    said = (accepted, forwarded, answered, closed)
    assert [words[: len(start)] for words, start in zip(said, starts, strict=True)] == list(starts)
    assert forwarded.endswith("说明：请今日处理")
    assert answered.endswith("云溪市城市管理局答复：\n已疏通。")
    [sorry] = await other.texts(1)
    assert sorry.endswith("原因：已在诉讼中\n您可以：人民法院")


async def test_everything_stored_follows_from_the_events(running: Running, tmp_path: Path) -> None:
    def rebuild() -> Ended:
        return bot("rebuild", "--check", "--config", DEMO, folder=tmp_path, environ=data_in(tmp_path))

    assert running.process.poll() is None
    sound = await asyncio.to_thread(rebuild)
    assert (sound.code, sound.out, sound.err) == (0, "30 petitions, 0 differences\n", "")
    [database] = tmp_path.rglob("wenqiao.sqlite3")
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        [(number,)] = connection.execute("SELECT number FROM petitions WHERE state = 'closed' ORDER BY number LIMIT 1")
        connection.execute("UPDATE petitions SET state = 'filed' WHERE number = ?", (number,))
    damaged = await asyncio.to_thread(rebuild)
    assert (damaged.code, damaged.out) == (1, f"{number}\tstate\tfiled\tclosed\n30 petitions, 1 differences\n")
    assert (await asyncio.to_thread(bot, "rebuild", "--config", DEMO, folder=tmp_path)).code == 1


async def test_an_administrator_added_from_the_command_line_signs_in(running: Running, tmp_path: Path) -> None:
    def users(*arguments: str) -> Ended:
        return bot("users", *arguments, "--config", DEMO, folder=tmp_path, environ=data_in(tmp_path))

    weak = users("add", "wang", "--role", "admin", "--password", "wang")
    assert (weak.code, weak.out, weak.err.count("\n")) == (1, "", 1)
    homeless = users("add", "wang", "--role", "officer", "--password", "a-long-pass-phrase")
    assert (homeless.code, homeless.err) == (1, "an officer belongs to a unit: add --unit\n")
    added = users("add", "wang", "--role", "admin", "--password", "a-long-pass-phrase")
    assert (added.code, added.out, added.err) == (0, "wang: admin (管理员)\n", "")
    assert "wang\tadmin\t-\tactive\twang\n" in users("list").out
    async with Desk(running.url, "wang") as admin:
        assert "诉求列表" in await admin.sign_in("a-long-pass-phrase")
        assert "wang" in await admin.page("/console/users")
        assert users("disable", "wang").code == 0
        assert "登录" in await admin.page("/console/")


def test_check_lists_everything_wrong_at_once(tmp_path: Path) -> None:
    config = tmp_path / "wrong.toml"
    config.write_text(
        '[server]\nport = "eighty"\nhots = "127.0.0.1"\n[database]\nurl = "mysql://root:hunter2@db/x"\n'
        '[files]\nunits = "missing.toml"\n'
        '[[wechat]]\naccount = "main"\napp_id = "wx5a4d0b0c7e1f2d3a"\napp_secret = "0123456789hunter2"\ntoken = ""\n'
        'aes_key = "short-hunter2"\noriginal_id = "gh_1f2e3d4c5b6a"\n'
    )
    ended = bot("check", "--config", str(config), folder=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    names = {line.split(": ")[0] for line in ended.err.splitlines()}
    wanted = {"server.port", "server.hots", "database.url", "wechat[0].token", "wechat[0].aes_key"}
    assert wanted <= names, ended.err
    assert any("missing.toml" in line for line in ended.err.splitlines()), ended.err
    assert all(" — " in line for line in ended.err.splitlines()), ended.err
    assert "hunter2" not in ended.err
    served = bot("serve", "--config", str(config), folder=tmp_path)
    assert (served.code, served.out, served.err) == (2, "", ended.err)


def test_check_of_the_shipped_settings_is_content(tmp_path: Path) -> None:
    ended = bot("check", "--config", DEMO, folder=tmp_path, cold=True)
    assert (ended.code, ended.out.splitlines()[0], ended.err) == (0, "settings: ok", "")


def _settings(folder: Path, port: int, extra: str = "") -> str:
    config = folder / "gateway.toml"
    config.write_text(f'[server]\nport = {port}\n[storage]\ndata_dir = "{folder}/data"\n{extra}')
    return str(config)


@pytest.mark.parametrize("settings", ["file", "environment"])
def test_serve_makes_its_sqlite(tmp_path: Path, settings: str) -> None:
    port = free_port()
    if settings == "file":
        running = Running("serve", "--config", _settings(tmp_path, port), folder=tmp_path, port=port)
    else:
        environ = data_in(tmp_path) | {"WENQIAO_SERVER__PORT": str(port)}
        running = Running("serve", folder=tmp_path, port=port, environ=environ, cold=True)
    running.stop_in_order()
    assert (tmp_path / "data" / "wenqiao.sqlite3").is_file()


async def test_postgresql_asks_to_be_migrated(tmp_path: Path, empty_postgres_url: str) -> None:
    port = free_port()
    config = _settings(tmp_path, port, f'[database]\nurl = "{empty_postgres_url}"\n')

    def command(*arguments: str) -> Ended:
        return bot(*arguments, "--config", config, folder=tmp_path)

    for arguments in (("serve",), ("export", "petitions")):
        refused = await asyncio.to_thread(command, *arguments)
        assert (refused.code, refused.out, "Traceback" in refused.err) == (1, "", False), refused.err
        assert "python -m bot migrate" in refused.err
    migrated = await asyncio.to_thread(command, "migrate")
    assert (migrated.code, migrated.out, migrated.err) == (0, "database: up to date\n", "")
    running = await asyncio.to_thread(Running, "serve", "--config", config, folder=tmp_path, port=port)
    try:
        exported = await asyncio.to_thread(command, "export", "petitions")
        assert (exported.code, [json.loads(line) for line in exported.out.splitlines()]) == (0, [])
    finally:
        running.stop()
    running.stop_in_order()


def test_two_processes_need_more_than_sqlite(tmp_path: Path) -> None:
    config = _settings(tmp_path, free_port())
    refused = bot("serve", "--processes", "2", "--config", config, folder=tmp_path)
    assert (refused.code, refused.out) == (2, "")
    assert [line.split(": ")[0] for line in refused.err.splitlines()] == ["database.url", "redis.url"]


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("act",), ("export", "petitions", "--format", "pdf")])
def test_a_wrong_command_line_says_so(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = bot(*arguments, folder=tmp_path, cold=not arguments)
    said = ended.err + ended.out
    assert (ended.code in {1, 2}, "Traceback" in said, said != "") == (True, False, True)
