"""`menu` and `qr` as real processes, against the sandbox."""

import json
import urllib.request
from pathlib import Path

import pytest
from PIL import Image

from tests.acceptance.processes import Ended, Running, bot, free_port

DEMO = str(Path(__file__).parent.parent.parent / "config" / "demo.toml")


@pytest.mark.slow
def test_the_menu_and_a_code_reach_the_platform(tmp_path: Path) -> None:
    port = free_port()
    sandbox = Running("sandbox", "--port", str(port), "--config", DEMO, folder=tmp_path, port=port, cold=True)
    base = {"WENQIAO_WECHAT__0__API_BASE": f"{sandbox.url}/sandbox/wechat"}

    def run(*arguments: str) -> Ended:
        return bot(*arguments, "--config", DEMO, folder=tmp_path, environ=base)

    try:
        tried, pushed, again = run("menu", "push", "--dry-run"), run("menu", "push"), run("menu", "push")
        shown, wrong = run("menu", "show", "--account", "demo"), run("menu", "show", "--account", "other")
        svg = run("qr", "--unit", "zhujian", "--hall", "政务大厅", "--out", "code.svg")
        png = run("qr", "--unit", "zhujian", "--out", "code.png")
        bad = [run("qr", "--unit", unit, "--out", out) for unit, out in (("nobody", "x.png"), ("zhujian", "x.gif"))]
        with urllib.request.urlopen(f"{sandbox.url}/sandbox/state", timeout=5) as answer:  # noqa: S310 -- our own address
            state = json.load(answer)
    finally:
        sandbox.stop()
    assert [ended.code for ended in (tried, pushed, again, shown, svg, png)] == [0] * 6, (pushed.err, svg.err, png.err)
    assert tried.out.splitlines()[:2] == ["wechat.demo would get this menu:", "+ 我要反映"]
    assert pushed.out.startswith("wechat.demo got this menu:\n我要反映\n  投诉 -> click kind:complaint\n")
    assert again.out == "wechat.demo has this menu already\n"
    assert shown.out.splitlines()[:2] == ["wechat.demo as in the settings:", "  我要反映"]
    assert (wrong.code, wrong.err) == (1, "no such WeChat account; there are: demo\n")
    assert [(ended.code, ended.err[:20]) for ended in bad] == [(1, "no unit nobody; unit"), (1, "--out ends with one ")]
    codes = [code["scene"] for code in state["accounts"][0]["codes"]]
    assert codes == ["unit:zhujian:政务大厅", "unit:zhujian"]
    drawn = (tmp_path / "code.svg").read_text(encoding="utf-8")
    assert ("扫码向云溪市住房和城乡建设局反映（政务大厅）" in drawn, drawn.startswith("<svg ")) == (True, True)
    with Image.open(tmp_path / "code.png") as picture:
        assert picture.width >= 300
