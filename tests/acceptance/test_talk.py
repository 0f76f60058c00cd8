"""`python -m bot talk`: a citizen in the terminal, with lines piped in."""

import re
import subprocess
import sys
from pathlib import Path

from tests.acceptance.processes import READY_SECONDS, environment

LINES = """投诉：和平路12号工地夜里施工到三点
提交
提交
/act 转办 城管局
/act 转办 月亮管理局
/act 飞走
/clock +3d
/act 答复 已责令停工
查询
/clock soon
/nonsense
/weibo
/photo 2
/file 情况说明.docx
/mention 路灯坏了三天
/help
"""


def test_a_talk_from_the_first_word_to_the_answer(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "talk"],
        input=LINES,
        cwd=tmp_path,
        env=environment({"TMPDIR": str(tmp_path)}),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=READY_SECONDS,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    said = re.split(r"^您：(.*)$", ended.stdout, flags=re.MULTILINE)
    read = dict(zip(said[1::2], said[2::2], strict=True))
    assert list(read) == list(dict.fromkeys(LINES.splitlines()))
    wanted = {
        "投诉：和平路12号工地夜里施工到三点": "地点记为“和平路12号”",
        "提交": "编号：WQ",
        "/act 转办 城管局": "通知：您的投诉已转给云溪市城市管理局办理",
        "/act 转办 月亮管理局": "（没有这个单位，有：市住建局",
        "/act 飞走": "（没有“飞走”这一步，有：受理",
        "/clock +3d": "",
        "/act 答复 已责令停工": "通知：业务进度提醒",
        "查询": "您的诉求共 1 件",
        "/clock soon": "（时间写成 +3d、+2h 或 +30m）",
        "/nonsense": "（没看懂，/help 看能做什么）",
        "/weibo": "（现在在微博上）",
        "/photo 2": "图片收到了，已帮您存好（共 2 份材料）",
        "/file 情况说明.docx": "没能收下",
        "/mention 路灯坏了三天": "",
        "/help": "/clock +3d（或 +2h、+30m）",
    }
    assert {line: words in read[line] for line, words in wanted.items()} == dict.fromkeys(wanted, True), ended.stdout
    assert ended.stdout.endswith("再见。刚才说的都没有留下。\n")
    assert list(tmp_path.iterdir()) == []
