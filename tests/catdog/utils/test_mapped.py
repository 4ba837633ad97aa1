"""A file's pages leave the memory of the process, and what is in them can still be read."""

import mmap
import re
import subprocess
import sys
from pathlib import Path

import pytest

from catdog.settings import PROJECT
from catdog.utils.mapped import let_go

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells where a file is mapped")
MEASURE = """
import mmap, pathlib, re, sys
from catdog.utils.mapped import let_go
def resident():
    return int(re.search(r"RssFile:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) * 1024
path = pathlib.Path(sys.argv[1])
with path.open("rb") as file, mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ) as there:
    before = resident()
    total = sum(there[place] for place in range(0, len(there), 4096))
    full = resident()
    let_go(path)
    print(full - before, resident() - before, total == sum(there[place] for place in range(0, len(there), 4096)))
"""


def test_a_mapped_file_leaves_the_memory_and_is_read_again_when_needed(tmp_path: Path) -> None:
    path = tmp_path / "a model.tflite"
    path.write_bytes(bytes(range(256)) * 80_000)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60
    )
    found = re.match(r"(\d+) (-?\d+) True", done.stdout)
    assert int(found[1]) > 19_000_000
    assert int(found[2]) < 2_000_000


def test_a_file_that_is_not_mapped_or_not_there_is_no_trouble(tmp_path: Path) -> None:
    let_go(tmp_path / "none")
    (tmp_path / "one").write_bytes(b"1")
    let_go(tmp_path / "one")


def test_other_files_stay(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(bytes(8192))
    with (tmp_path / "one").open("r+b") as file, mmap.mmap(file.fileno(), 0) as there:
        there[0] = 7
        let_go(tmp_path / "one")  # a mapping that may be written is left alone
        assert there[0] == 7
