"""Temporary files of a process lie in the home, stay while it lives, and are gone however it ends."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from catdog.settings import PROJECT
from catdog.utils.temporary import remove_left, remove_left_folders

PROGRAM = """
import sys, tempfile
from pathlib import Path
from catdog.utils.temporary import use_own_folder
use_own_folder(Path(sys.argv[1]))
file = tempfile.NamedTemporaryFile(delete=False)
print(file.name, flush=True)
sys.stdin.read()
"""


@contextmanager
def process_with_a_file(top: Path) -> Iterator[tuple[subprocess.Popen, Path]]:
    """Start a process with a temporary file, and yield both."""
    command = [sys.executable, "-c", PROGRAM, str(top)]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def own_folders(top: Path) -> list[Path]:
    return [path for path in top.iterdir() if path.is_dir()]


def test_the_folder_of_a_process_is_gone_when_it_ends(tmp_path):
    top = tmp_path / "home" / "tmp"
    with process_with_a_file(top) as (process, file):
        assert file.is_relative_to(top)
        process.communicate()
        assert process.returncode == 0
    assert own_folders(top) == []


def test_only_the_folders_of_killed_processes_are_removed(tmp_path):
    with process_with_a_file(tmp_path) as (living, its_file), process_with_a_file(tmp_path) as (killed, left):
        remove_left_folders(tmp_path)
        assert its_file.exists()
        assert left.exists()
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        with process_with_a_file(tmp_path):  # the next process cleans up as it starts
            assert not left.exists()
        assert its_file.exists()
        assert len(own_folders(tmp_path)) == 2
        assert living.poll() is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, the system's folder is used")
def test_a_home_that_looks_like_a_pattern_has_a_plain_path_for_temporary_files(tmp_path):
    top = tmp_path / "a[b] \\c*" / "tmp"
    with process_with_a_file(top) as (_, file):
        assert not set("[]*\\") & set(str(file))
        (folder,) = own_folders(top)
        assert (folder / file.name).exists()


def test_without_a_place_the_systems_folder_stays_in_use(tmp_path):
    (tmp_path / "tmp").write_text("no folder")
    with process_with_a_file(tmp_path / "tmp") as (_, file):
        assert file.exists()
    file.unlink()


def test_what_is_locked_young_or_of_another_name_is_not_removed(tmp_path):
    names = [".new-1", ".new-2", ".gone-1", "kept", ".new"]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.jpg").touch()
    pattern = re.compile(r"\.(new|gone)-\d")
    with FileLock(tmp_path / "new.lock"):
        remove_left(tmp_path, pattern, r"\1.lock")
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == set(names) - {".gone-1"}
    remove_left(tmp_path, pattern, age=60)
    assert (tmp_path / ".new-1" / "x.jpg").exists()
    remove_left(tmp_path, pattern)
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"kept", ".new"}


def test_a_link_is_removed_but_not_what_it_leads_to(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "photo.jpg").touch()
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / ".new-1").symlink_to(tmp_path / "elsewhere")
    remove_left(tmp_path / "own", re.compile(r"\.new-.*"))
    assert not list((tmp_path / "own").iterdir())
    assert (tmp_path / "elsewhere" / "photo.jpg").exists()


def test_a_missing_folder_is_clean(tmp_path):
    remove_left(tmp_path / "nowhere", re.compile(".*"))
    remove_left_folders(tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())
