"""catdog.datasets.archive: which files of a zip become which class, and which names are refused or made harmless."""

import stat
import zipfile
from pathlib import Path

import pytest

from catdog.datasets import add_user_dataset, archive, list_user_datasets, open_catalog
from catdog.errors import UnconfirmedClassesError
from catdog.settings import Settings
from tests.zips import PHOTO, TWO_CLASSES, MakeZip, add_error, old_zip


def files_of(settings: Settings) -> list[str]:
    (dataset,) = list_user_datasets(settings)
    return sorted(path.relative_to(dataset.root).as_posix() for path in dataset.root.rglob("*") if path.is_file())


@pytest.mark.parametrize("top", ["", "my photos/", "a/b/"])
@pytest.mark.parametrize(("train", "validation"), [("train", "validation"), ("Training", "val")])
def test_given_splits_are_kept(settings: Settings, make_zip: MakeZip, top: str, train: str, validation: str) -> None:
    folders = {f"{top}{train}/apples": 6, f"{top}{train}/pears": 6}
    dataset = add_user_dataset(
        settings, make_zip(folders | {f"{top}{validation}/apples": 10, f"{top}{validation}/pears": 10})
    )
    assert open_catalog(settings, dataset.source).counts()["training"] == {"apples": 6, "pears": 6}


def test_a_labelled_test_folder_is_the_test_split(settings: Settings, make_zip: MakeZip) -> None:
    folders = {f"{split}/{kind}": 10 for split in ("train", "valid", "TEST") for kind in ("a", "b")}
    dataset = add_user_dataset(settings, make_zip(folders))
    assert dataset.note == ""
    assert open_catalog(settings, dataset.source).counts() == {
        split: {"a": 10, "b": 10} for split in ("training", "validation", "test")
    }


def test_outer_folders_and_junk_of_mac_and_windows_are_ignored(settings: Settings, make_zip: MakeZip) -> None:
    junk = {"__MACOSX/top/circles/._0.jpg": b"x", "top/.DS_Store": b"x", "top/circles/Thumbs.db": b"x", "top/": b""}
    dataset = add_user_dataset(
        settings, make_zip({"top/circles": 10, "top/squares": 10}, junk | {"top/circles/.h.jpg": b"x"})
    )
    assert dataset.note == ""
    assert dataset.images == 20
    assert {name.split("/")[0] for name in files_of(settings)} == {"circles", "squares", "set.json"}


def test_nested_archives_texts_and_links_stay_out(settings: Settings, make_zip: MakeZip) -> None:
    link = zipfile.ZipInfo("circles/link.jpg")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    more = {"circles/more.zip": b"PK", "readme.txt": b"hello", "circles/old/1.jpg": PHOTO, link: b"/etc/passwd"}
    dataset = add_user_dataset(settings, make_zip(TWO_CLASSES, more))
    assert dataset.images == 21
    assert not any(path.is_symlink() for path in dataset.root.rglob("*"))
    assert dataset.note == (
        "1 link or device (circles/link.jpg) and 2 files that are no images (circles/more.zip and readme.txt) were "
        "left out."
    )


def test_a_repeated_name_counts_once_and_capitals_make_another(settings: Settings, make_zip: MakeZip) -> None:
    archive = make_zip(TWO_CLASSES, {"circles/A.JPG": PHOTO, "circles/a.jpg": PHOTO})
    with zipfile.ZipFile(archive, "a") as zipped, pytest.warns(UserWarning, match="Duplicate name"):
        zipped.writestr("circles/0.jpg", b"again")
    dataset = add_user_dataset(settings, archive)
    assert (dataset.images, dataset.note) == (22, "1 file whose name comes twice (circles/0.jpg) was left out.")
    assert (dataset.root / "circles/0.jpg").read_bytes() == PHOTO
    assert {"circles/A.JPG", "circles/a-2.jpg"} <= set(files_of(settings))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("cir\x07cl\u202ees", "cir cl es"),
        ("x" * 300, "x" * 60),
        ("C:O:N", "C_O_N"),
        ("con", "con_"),
        ("NUL.pictures", "NUL.pictures_"),
        ("rund & schön <b>", "rund & schön _b_"),
        ("dots...", "dots"),
        ("円", "円"),
    ],
)
def test_odd_class_names_become_harmless_folders(settings: Settings, make_zip: MakeZip, given: str, kept: str) -> None:
    dataset = add_user_dataset(settings, make_zip({given: 10, "squares": 10}))
    assert kept in open_catalog(settings, dataset.source).classes
    assert {path.name for path in dataset.root.iterdir()} == {kept, "squares", "set.json"}


def test_backslashes_and_unflagged_utf8_of_old_zips_are_read(settings: Settings, make_zip: MakeZip) -> None:
    archive = make_zip({"Apfel": 10, "sXYuren": 10})
    archive.write_bytes(archive.read_bytes().replace(b"sXYuren/", "säuren\\".encode()).replace(b"Apfel/", b"Apfel\\"))
    assert open_catalog(settings, add_user_dataset(settings, archive).source).classes == ("Apfel", "säuren")


def test_folders_of_zips_with_backslashes_are_no_files(settings: Settings) -> None:
    names = [f"pets\\{kind}\\{name}".encode() for kind in ("a", "b") for name in ("", *(f"{i}.jpg" for i in range(10)))]
    dataset = add_user_dataset(settings, old_zip(names, PHOTO), "Shapes")
    assert (dataset.images, dataset.note) == (20, "")


def test_names_that_become_the_same_are_one_sentence(settings: Settings, tmp_path: Path) -> None:
    for kind in ("x" * 60 + "1", "x" * 60 + "2"):
        (tmp_path / "odd" / kind).mkdir(parents=True)
        for index in range(10):
            (tmp_path / "odd" / kind / f"{index}.jpg").write_bytes(PHOTO)
    assert add_error(settings, tmp_path / "odd").startswith("The photo set Shapes has only the class folder xx")


def test_odd_file_names_stay_in_their_folder(settings: Settings, make_zip: MakeZip) -> None:
    names = {"circles/con.jpg", "circles/" + "y" * 400 + ".jpg", "circles/a:b?.jpg", "circles/new\nline.jpg"}
    dataset = add_user_dataset(settings, make_zip(TWO_CLASSES, dict.fromkeys(names, PHOTO)))
    assert dataset.images == 24
    assert {"circles/con_.jpg", "circles/a_b_.jpg", "circles/new line.jpg"} <= set(files_of(settings))


@pytest.mark.parametrize(
    "name", ["../evil.jpg", "circles/../../evil.jpg", "/etc/evil.jpg", "..\\evil.jpg", "C:\\e.jpg"]
)
def test_a_path_that_leads_out_is_refused_and_writes_nothing(settings: Settings, make_zip: MakeZip, name: str) -> None:
    assert "outside its folder" in add_error(settings, make_zip(TWO_CLASSES, {name: PHOTO}))
    assert not list(settings.home.rglob("evil.jpg"))


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({}, "no images"),
        ({"circles": 10}, "only the class folder circles"),
        ({"circles": 10, "squares": 10, "stars": 10}, "the class folders circles, squares and stars"),
        ({"Circles": 10, "circles": 10}, "nearly the same name"),
        ({"circles": 10, "squares": 3}, "too few images of squares"),
        ({"train/a": 9, "train/b": 9, "validation/a": 9}, "the same two class folders"),
        ({"train/a": 9, "train/b": 9, "validation/a": 9, "validation/c": 9}, "the same two class folders"),
        ({"train": 9, "validation": 9}, "train (9) and validation (9), named like parts of a dataset"),
        ({"\x01": 9, "b": 9}, "can't be used"),
    ],
)
def test_what_is_not_two_classes_is_refused(
    settings: Settings, make_zip: MakeZip, counts: dict[str, int], words: str
) -> None:
    assert words in add_error(settings, make_zip(counts))


def test_a_zip_of_a_zip_is_refused_by_name(settings: Settings, make_zip: MakeZip) -> None:
    assert "other archives (inner.zip)" in add_error(
        settings, make_zip({}, {"inner.zip": make_zip(TWO_CLASSES, name="x.zip").read_bytes()})
    )


def test_classes_from_file_names_are_taken_only_where_they_may(settings: Settings, make_zip: MakeZip) -> None:
    archive = make_zip({}, {f"{kind}.{index}.jpg": PHOTO for kind in ("cat", "dog") for index in range(10)})
    with pytest.raises(UnconfirmedClassesError, match=r"10 named like cat.0.jpg and 10 named like dog.0.jpg"):
        add_user_dataset(settings, archive, by_name=False)
    assert open_catalog(settings, add_user_dataset(settings, archive).source).classes == ("cat", "dog")


def test_a_class_folder_called_like_the_card_is_kept(settings: Settings, make_zip: MakeZip) -> None:
    dataset = add_user_dataset(settings, make_zip({"Set.JSON": 10, "squares": 10}))
    assert open_catalog(settings, dataset.source).classes == ("Set.JSON", "squares")
    assert list_user_datasets(settings) == [dataset]


def test_a_long_list_of_equal_names_takes_no_quadratic_time() -> None:
    places = archive._find_places([("a", "x.jpg")] * 3000)
    assert len(set(places)) == 3000
