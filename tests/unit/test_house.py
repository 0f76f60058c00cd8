"""The house itself: the import contract, what the wheel ships, and that the commands start."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"bot", "adapters", "dialogs", "storage", "config"}


def test_import_contract_holds():
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        yield archive


def test_wheel_ships_the_five_folders_and_nothing_else(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist() if ".dist-info/" not in name}
    assert tops == FOLDERS


def test_wheel_ships_every_data_file(wheel):
    listed = subprocess.run(
        ["git", "ls-files", *sorted(FOLDERS)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    assert set(listed.stdout.split()) - set(wheel.namelist()) == set()


def test_wheel_may_not_be_uploaded(wheel):
    (name,) = [name for name in wheel.namelist() if name.endswith("METADATA")]
    assert b"Classifier: Private :: Do Not Upload" in wheel.read(name)


def test_commands_refuse_to_start_from_two_places(tmp_path):
    (tmp_path / "storage").mkdir()
    (tmp_path / "storage" / "__init__.py").write_text("")
    start = "sys.argv = ['bot', '--help']; import bot.__main__ as m; m.main()"
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {start}"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "storage would be loaded from another folder" in done.stderr) == (1, True)
