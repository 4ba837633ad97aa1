"""What the tests of datasets share."""

from pathlib import Path

import pytest

from tests.zips import MakeZip, write_zip


@pytest.fixture
def make_zip(tmp_path: Path) -> MakeZip:
    """Write a zip: make_zip({"apples": 10}, {"a/b.txt": b""}) has ten photos in apples/ and the file a/b.txt."""
    return lambda counts=None, more=None, name="Shapes.zip": write_zip(tmp_path / name, counts, more)
