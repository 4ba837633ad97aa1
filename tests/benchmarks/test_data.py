"""The benchmark of many images: it measures what it says, on a dataset of the size that it is given."""

import json
import mmap
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from benchmarks.data import link_images, table
from benchmarks.measure import anonymous_memory, peak_memory, watch_own_memory
from catdog.datasets.catalog import scan_folder
from catdog.settings import PROJECT


def test_a_larger_set_is_made_of_links_with_unique_names(picture_folder, tmp_path):
    link_images(picture_folder / "train", tmp_path / "large", 100)
    catalog = scan_folder("large", tmp_path / "large")
    assert len(set(catalog.paths)) == 100
    assert {split: sum(of.values()) for split, of in catalog.counts().items()} == {
        "training": 70,
        "validation": 24,
        "test": 6,
    }
    assert (tmp_path / "large" / catalog.paths[0]).stat().st_nlink > 1


def test_the_table_has_a_line_for_each_measurement():
    rows = [
        {"images": 25_000, "what": "first grid", "value": 51.5, "unit": "ms", "target": "< 200"},
        {"images": None, "what": "photos, pil", "value": 1234.5, "unit": "images/s", "target": ""},
    ]
    assert table(rows).splitlines()[2:] == [
        "| 25,000 | first grid | 51.5 ms | < 200 ms |",
        "|  | photos, pil | 1,234.5 images/s |  |",
    ]


def test_own_memory_and_its_peak_leave_mapped_files_out(tmp_path):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:  # has freed nothing that it could use again
        fresh.submit(check_own_memory, tmp_path / "file").result()


def check_own_memory(path: Path) -> None:
    path.write_bytes(bytes(100_000_000))
    before = anonymous_memory("self")
    with watch_own_memory("self") as most_memory, path.open("rb") as file:
        with mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
            assert sum(mapped[::4096]) == 0
            assert anonymous_memory("self") < before + 5e7
        block = b"x" * 100_000_000
        after = anonymous_memory("self")
        assert before + 5e7 < after <= min(peak_memory("self") + 1e6, most_memory())
        del block
        assert anonymous_memory("self") < after - 5e7
        assert most_memory() >= after
    assert anonymous_memory(2**22) == 0


@pytest.fixture(scope="module")
def rows():
    """The rows of a benchmark of 60 images."""
    command = [sys.executable, "-m", "benchmarks.data", "--sizes", "60", "--distinct", "12", "--json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stderr.splitlines()] == json.loads(done.stdout)
    return json.loads(done.stdout)


def test_it_measures_catalog_pages_server_and_decoding(rows):
    assert {row["what"] for row in rows} == {
        *("cataloguing", "memory for cataloguing", "cataloguing and decoding", "memory for cataloguing and decoding"),
        *("first opening after the server's start", "first order by size", "another filter", "first grid"),
        *("all images in another order", "first grid of 8 × 12", "server's memory", "server's memory at its peak"),
        *("drawn images, catdog", "drawn images, pil", "drawn images, keras", "drawn images, catdog : pil"),
    }
    assert all(row["value"] > 0 for row in rows if not row["what"].startswith("memory"))
    assert {row["images"] for row in rows} == {60, None}


def test_what_is_to_be_reached_stands_beside_what_was_measured(rows):
    targets = {row["what"]: row["target"] for row in rows if row["target"]}
    assert targets["server's memory"] == "< 350"
    assert targets["first grid"] == targets["another filter"] == "< 200"
    assert targets["drawn images, catdog : pil"] == ">= 1.8"
