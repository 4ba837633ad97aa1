"""catdog.datasets.correction_table: what goes out comes in again, and hostile tables end in one sentence."""

from pathlib import Path

import pytest

from catdog.datasets import Catalog, open_catalog
from catdog.datasets.correction_list import Correction
from catdog.datasets.correction_table import MAX_BYTES, read_table, write_table
from catdog.errors import UsageError
from catdog.settings import Settings


@pytest.fixture
def catalog(settings: Settings, picture_folder: Path) -> Catalog:
    return open_catalog(settings, str(picture_folder))


def test_what_is_written_can_be_read_again(catalog: Catalog) -> None:
    first, second = catalog.paths[:2]
    entries = [Correction(first, "cats", "dogs", "d", "ann@school.org", 1.0), Correction(second, "cats", "cats", "d")]
    text = write_table(entries)
    assert text.splitlines()[:2] == [
        "path,old,new,by,time",
        f"{first},cats,dogs,ann@school.org,1970-01-01T00:00:01+00:00",
    ]
    assert read_table(text.encode(), catalog) == {first: "dogs", second: "cats"}


def test_formulas_are_disarmed_and_come_back_as_they_were(catalog: Catalog) -> None:
    text = write_table([Correction("=cmd|x.jpg", "cats", "dogs", "", "@by")])
    assert "'=cmd|x.jpg,cats,dogs,'@by," in text
    with pytest.raises(UsageError, match="no photo '=cmd"):
        read_table(text.encode(), catalog)


def test_spreadsheets_tables_are_read(catalog: Catalog) -> None:
    first, second = catalog.paths[:2]
    table = f"\ufeffNew;Path;remark\r\nDog;{first};\r\n;;\r\n cats ;{second};=1+1\r\n"
    assert read_table(table.encode(), catalog) == {first: "dogs", second: "cats"}


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (b"", "first line must name the columns path and new"),
        (b"path,old\na,b\n", "first line must name the columns path and new"),
        (b"path,new\n", "has no labels"),
        (b"path,new\n../../etc/passwd,dogs\n", "no photo '../../etc/passwd'"),
        (b"path,new\n" + b"".join(b"%d.jpg,dogs\n" % number for number in range(9)), "'2.jpg' and others: give paths"),
        (b"path,new\nPATH,birds\n", "no class 'birds' in these data: write cats or dogs"),
        (b"path,new\nPATH,\n", "no class ''"),
        (b"path,new\nPATH,dogs\nPATH,cats\n", "two classes for"),
        (b"path,new\nPATH\n", "no CSV table"),
        (b'path,new\n"PATH,dogs\n', "no CSV table"),
        (b"path,new\n" + b"x" * 200_000 + b",dogs\n", "no CSV table"),
        (b"path,new\nPATH,\xff\n", "not UTF-8"),
        (b"path,new\n" + b"PATH,dogs\n" * 100_001, "more than 100,000 rows"),
        (b"x" * (MAX_BYTES + 1), "20 MB at most"),
        (b"\x89PNG\r\n\x1a\n", "not UTF-8"),
    ],
)
def test_a_table_that_can_not_be_used_is_one_sentence(catalog: Catalog, table: bytes, sentence: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_table(table.replace(b"PATH", catalog.paths[0].encode()), catalog)
    assert sentence in str(raised.value)
    assert len(str(raised.value)) < 400
    assert "\n" not in str(raised.value)
