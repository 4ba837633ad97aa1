"""The benchmark of the Explore page: it measures what it says, on a dataset of the size that it is given."""

import json
import subprocess
import sys

import pytest

from catdog.settings import PROJECT

pytestmark = [pytest.mark.photos, pytest.mark.slow]


def test_each_part_of_the_page_is_measured():
    command = [sys.executable, "-m", "benchmarks.explore", "--sizes", "120", "--distinct", "12", "--json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert {row["images"] for row in rows} == {120}
    assert all(row["value"] > 0 for row in rows)
    assert [row["what"].split(",")[0] for row in rows if "95th" not in row["what"]] == [
        *("features", "map", "refit", "neighbours", "first opening after the server's start"),
        *("the map in another colour", "teaching with 20 other photos a class", "server's memory"),
        "server's memory at its peak",
    ]
