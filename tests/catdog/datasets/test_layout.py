"""catdog.datasets.layout: which files of a zip become which class, and which names are refused or made harmless."""

import stat
import zipfile

import pytest

from catdog.datasets import add_user_dataset, layout, list_user_datasets, open_catalog
from catdog.settings import Settings
from tests.zips import PHOTO, TWO_CLASSES, MakeZip, add_error


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


def test_a_test_folder_beside_train_and_validation_is_left_out(settings: Settings, make_zip: MakeZip) -> None:
    folders = {f"{split}/{kind}": 10 for split in ("train", "validation", "test") for kind in ("a", "b")}
    assert add_user_dataset(settings, make_zip(folders)).note.startswith("20 files of the zip were left out")


def test_outer_folders_and_junk_of_mac_and_windows_are_ignored(settings: Settings, make_zip: MakeZip) -> None:
    junk = {"__MACOSX/top/circles/._0.jpg": b"x", "top/.DS_Store": b"x", "top/circles/Thumbs.db": b"x", "top/": b""}
    dataset = add_user_dataset(
        settings, make_zip({"top/circles": 10, "top/squares": 10}, junk | {"top/circles/.h.jpg": b"x"})
    )
    assert dataset.note == ""
    assert dataset.images == 20
    assert {name.split("/")[0] for name in files_of(settings)} == {"circles", "squares", "set.json"}


def test_nested_archives_texts_links_and_deeper_images_stay_out(settings: Settings, make_zip: MakeZip) -> None:
    link = zipfile.ZipInfo("circles/link.jpg")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    more = {"circles/more.zip": b"PK", "readme.txt": b"hello", "circles/old/1.jpg": PHOTO, link: b"/etc/passwd"}
    dataset = add_user_dataset(settings, make_zip(TWO_CLASSES, more))
    assert dataset.images == 20
    assert not any(path.is_symlink() for path in dataset.root.rglob("*"))
    assert dataset.note.startswith("3 files of the zip were left out")
    assert "circles/more.zip" in dataset.note


def test_a_repeated_name_counts_once_and_capitals_make_another(settings: Settings, make_zip: MakeZip) -> None:
    archive = make_zip(TWO_CLASSES, {"circles/A.JPG": b"one", "circles/a.jpg": b"two"})
    with zipfile.ZipFile(archive, "a") as zipped, pytest.warns(UserWarning, match="Duplicate name"):
        zipped.writestr("circles/0.jpg", b"again")
    dataset = add_user_dataset(settings, archive)
    assert (dataset.images, dataset.note.startswith("1 file of the zip was left out")) == (22, True)
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
        ({}, "no pictures"),
        ({"circles": 10}, "only the class folder circles"),
        ({"circles": 10, "squares": 10, "stars": 10}, "the class folders circles, squares and stars"),
        ({"Circles": 10, "circles": 10}, "nearly the same name"),
        ({"circles": 10, "squares": 3}, "too few pictures of squares"),
        ({"train/a": 9, "train/b": 9, "validation/a": 9}, "the same two class folders"),
        ({"train/a": 9, "train/b": 9, "validation/a": 9, "validation/c": 9}, "the same two class folders"),
        ({"train/a": 9, "train/b": 9, "test/a": 9, "test/b": 9}, "train/ alone"),
        ({"train": 9, "validation": 9}, "each needs two class folders"),
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


def test_a_long_list_of_equal_names_takes_no_quadratic_time() -> None:
    names = [f"a/{'x' * (index % 2)}\x01{chr(1) * index}.jpg" for index in range(3000)]
    assert len(layout.find_layout([*names, *(f"b/{index}.jpg" for index in range(10))]).places) == 3010
