"""catdog.datasets.user_datasets: a zip of photos becomes a whole dataset, or one sentence and nothing at all."""

import io
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pillow_heif import from_pillow

from catdog.datasets import (
    add_user_dataset,
    bytes_stored,
    delete_user_dataset,
    find_user_dataset,
    layout,
    list_sources,
    list_user_datasets,
    open_catalog,
    open_dataset,
)
from catdog.datasets import archive as limits
from catdog.datasets import user_datasets as module
from catdog.errors import AccessError, DataError
from catdog.settings import Limits, Settings

Make = Callable[..., Path]
TWO = {"circles": 10, "squares": 10}
PHOTO = random.Random(0).randbytes(400)  # what is in a photo does not matter until it is decoded


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a zip: make({"apples": 10}, more={"a/b.txt": b""}) has ten photos in apples/, and what `more` says."""

    def write(counts: dict[str, int] | None = None, more: dict | None = None, name: str = "Shapes.zip") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            for folder, number in (counts or {}).items():
                for index in range(number):
                    zipped.writestr(f"{folder}/{index}.jpg", PHOTO)
            for place, content in (more or {}).items():
                zipped.writestr(place, content)
        return path

    return write


def refusal(settings: Settings, archive: Path, name: str = "Shapes") -> str:
    with pytest.raises(DataError) as caught:
        add_user_dataset(settings, archive, name)
    message = str(caught.value)
    assert message.endswith(".")
    assert message.isprintable()
    assert ".new-" not in message
    assert list_user_datasets(settings) == []
    assert not list((settings.data / "own").glob(".*")) if (settings.data / "own").is_dir() else True
    return message


def files_of(settings: Settings) -> list[str]:
    (own,) = list_user_datasets(settings)
    return sorted(path.relative_to(own.root).as_posix() for path in own.root.rglob("*") if path.is_file())


def change(archive: Path, signature: bytes, offset: int, form: str, value: int) -> None:
    """Overwrite a field of every header that starts with `signature`."""
    data = bytearray(archive.read_bytes())
    at = data.find(signature)
    while at >= 0:
        struct.pack_into(form, data, at + offset, value)
        at = data.find(signature, at + 1)
    archive.write_bytes(data)


# What is taken


def test_two_class_folders_become_a_set_with_its_name_split_70_20_10(settings: Settings, make: Make) -> None:
    own = add_user_dataset(settings, make(TWO), "Round or not?")
    assert (own.name, own.images, own.note) == ("Round or not?", 20, "")
    assert own.root == settings.data / "own" / "round-or-not"
    assert list_user_datasets(settings) == [own]
    assert list_sources(settings) == ["photos", "drawn", own.source]
    catalog = open_catalog(settings, own.source)
    assert catalog.title == "20 pictures of circles and squares from Round or not?"
    assert catalog.counts()["training"] == {"circles": 7, "squares": 7}
    assert catalog.counts()["validation"] == {"circles": 2, "squares": 2}
    assert catalog.fingerprint == own.fingerprint


def test_an_upload_without_a_path_is_taken_and_named_like_its_file(settings: Settings, make: Make) -> None:
    upload = io.BytesIO(make(TWO).read_bytes())
    upload.name = "My shapes.zip"
    assert add_user_dataset(settings, upload).name == "My shapes"


@pytest.mark.parametrize("top", ["", "my photos/", "a/b/"])
@pytest.mark.parametrize(("train", "validation"), [("train", "validation"), ("Training", "val")])
def test_given_splits_are_kept(settings: Settings, make: Make, top: str, train: str, validation: str) -> None:
    folders = {f"{top}{train}/apples": 6, f"{top}{train}/pears": 6}
    own = add_user_dataset(settings, make(folders | {f"{top}{validation}/apples": 10, f"{top}{validation}/pears": 10}))
    assert open_catalog(settings, own.source).counts()["training"] == {"apples": 6, "pears": 6}


def test_a_test_folder_beside_them_is_left_out_and_said(settings: Settings, make: Make) -> None:
    folders = {f"{split}/{kind}": 10 for split in ("train", "validation", "test") for kind in ("a", "b")}
    assert add_user_dataset(settings, make(folders)).note.startswith("20 files of the zip were left out")


def test_a_folder_around_the_classes_and_junk_of_macs_and_windows_are_passed_over(
    settings: Settings, make: Make
) -> None:
    junk = {"__MACOSX/top/circles/._0.jpg": b"x", "top/.DS_Store": b"x", "top/circles/Thumbs.db": b"x", "top/": b""}
    own = add_user_dataset(settings, make({"top/circles": 10, "top/squares": 10}, junk | {"top/circles/.h.jpg": b"x"}))
    assert own.note == ""
    assert own.images == 20
    assert {name.split("/")[0] for name in files_of(settings)} == {"circles", "squares", "set.json"}


def test_nested_archives_texts_links_and_deeper_pictures_stay_out(settings: Settings, make: Make) -> None:
    link = zipfile.ZipInfo("circles/link.jpg")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    more = {"circles/more.zip": b"PK", "readme.txt": b"hello", "circles/old/1.jpg": PHOTO, link: b"/etc/passwd"}
    own = add_user_dataset(settings, make(TWO, more))
    assert own.images == 20
    assert not any(path.is_symlink() for path in own.root.rglob("*"))
    assert own.note.startswith("3 files of the zip were left out")
    assert "circles/more.zip" in own.note


def test_one_name_twice_counts_once_and_names_alike_but_for_capitals_both_stay(settings: Settings, make: Make) -> None:
    archive = make(TWO, {"circles/A.JPG": b"one", "circles/a.jpg": b"two"})
    with zipfile.ZipFile(archive, "a") as zipped, pytest.warns(UserWarning, match="Duplicate name"):
        zipped.writestr("circles/0.jpg", b"again")
    own = add_user_dataset(settings, archive)
    assert (own.images, own.note.startswith("1 file of the zip was left out")) == (22, True)
    assert (own.root / "circles/0.jpg").read_bytes() == PHOTO
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
def test_odd_class_names_become_harmless_folders(settings: Settings, make: Make, given: str, kept: str) -> None:
    own = add_user_dataset(settings, make({given: 10, "squares": 10}))
    assert kept in open_catalog(settings, own.source).classes
    assert {path.name for path in own.root.iterdir()} == {kept, "squares", "set.json"}


def test_backslashes_of_old_windows_zips_are_folders_and_old_utf8_is_read(settings: Settings, make: Make) -> None:
    archive = make({"Apfel": 10, "sXYuren": 10})
    archive.write_bytes(archive.read_bytes().replace(b"sXYuren/", "säuren\\".encode()).replace(b"Apfel/", b"Apfel\\"))
    assert open_catalog(settings, add_user_dataset(settings, archive).source).classes == ("Apfel", "säuren")


def test_odd_file_names_stay_in_their_folder(settings: Settings, make: Make) -> None:
    names = {"circles/con.jpg", "circles/" + "y" * 400 + ".jpg", "circles/a:b?.jpg", "circles/new\nline.jpg"}
    own = add_user_dataset(settings, make(TWO, dict.fromkeys(names, PHOTO)))
    assert own.images == 24
    assert {"circles/con_.jpg", "circles/a_b_.jpg", "circles/new line.jpg"} <= set(files_of(settings))


@pytest.mark.parametrize("name", ["../../escape", "/etc", "..", "a/b", "con", "\x00", "猫", "x" * 500])
def test_no_name_of_a_set_leads_out_of_its_folder(settings: Settings, make: Make, name: str) -> None:
    own = add_user_dataset(settings, make(TWO), name)
    assert own.root.parent == settings.data / "own"
    assert own.root.name.replace("-", "").isalnum()
    assert own.name.isprintable()
    assert len(own.name) <= 60


def picture(colour: tuple[int, ...], mode: str = "RGB", kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image = Image.new(mode, (40, 20), colour)
    from_pillow(image).save(file, quality=95) if kind == "HEIF" else image.save(file, kind, **options)
    return file.getvalue()


def test_every_kind_of_picture_goes_through_a_zip_into_the_decoded_set(settings: Settings, make: Make) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    half = Image.new("RGB", (40, 20), (255, 0, 0))
    half.paste((0, 0, 255), (0, 0, 20, 20))
    upright = io.BytesIO()
    half.save(upright, "JPEG", exif=turned, quality=95, subsampling=0)
    deep = io.BytesIO()
    Image.fromarray(np.full((20, 40), 0x8000, np.uint16)).save(deep, "PNG")
    frames = io.BytesIO()
    Image.new("RGB", (40, 20), (255, 0, 0)).save(
        frames, "GIF", save_all=True, append_images=[Image.new("RGB", (40, 20), (0, 0, 255))]
    )
    red, grey = (255, 0, 0), (128, 128, 128)
    odd = {
        "cmyk.jpg": (picture((0, 255, 255, 0), "CMYK", "JPEG"), red),
        "phone.heic": (picture(red, kind="HEIF"), red),
        "clear.png": (picture((255, 0, 0, 0), "RGBA"), (255, 255, 255)),
        "palette.gif": (picture(red, kind="GIF"), red),
        "palette.png": (picture(7, "P"), None),
        "grey.webp": (picture(128, "L", "WEBP"), grey),
        "deep.png": (deep.getvalue(), grey),
        "frames.gif": (frames.getvalue(), red),
        "plain.bmp": (picture(red, kind="BMP"), red),
    }
    more = {f"odd/{name}": content for name, (content, _) in odd.items()}
    more |= {f"plain/{number}.jpg": picture((0, 255, 0), kind="JPEG") for number in range(10)}
    dataset = open_dataset(
        settings, add_user_dataset(settings, make({}, more | {"odd/turned.jpg": upright.getvalue()})).source
    )
    assert dataset.skipped == ()
    rows = {path.split("/")[1]: dataset.pixels[row] for row, path in enumerate(dataset.catalog.paths)}
    for name, (_, colour) in odd.items():
        if colour is not None:
            assert np.abs(rows[name].astype(int) - colour).max() <= 4, name
    assert rows["turned.jpg"][10, 80, 2] > 200  # its blue left half is the upper half once it is turned
    assert rows["turned.jpg"][150, 80, 0] > 200


def test_damaged_pictures_are_skipped_and_counted(settings: Settings, make: Make) -> None:
    good = picture((9, 99, 9), kind="JPEG")
    more = {f"{kind}/{number}.jpg": good for kind in TWO for number in range(10)}
    own = add_user_dataset(
        settings, make({}, more | {"circles/cut.jpg": good[:200], "circles/text.jpg": b"no picture"})
    )
    dataset = open_dataset(settings, own.source)
    assert len(dataset.catalog) == 20
    assert "2 files were skipped as unreadable" in dataset.catalog.note


# What is refused


@pytest.mark.parametrize(
    "name", ["../evil.jpg", "circles/../../evil.jpg", "/etc/evil.jpg", "..\\evil.jpg", "C:\\e.jpg"]
)
def test_a_path_that_leads_out_is_refused_and_writes_nothing(settings: Settings, make: Make, name: str) -> None:
    assert "outside its folder" in refusal(settings, make(TWO, {name: PHOTO}))
    assert not list(settings.home.rglob("evil.jpg"))


def test_a_bomb_is_refused_by_its_ratio_before_anything_is_unpacked(
    settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "unpack_photos", lambda *_: pytest.fail("unpacked"))
    assert "swell" in refusal(settings, make(TWO, {"circles/bomb.bmp": bytes(5_000_000)}))


def test_many_small_bombs_are_refused_by_what_they_are_together(
    settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SMALL_TOTAL", 10_000_000)
    assert "swell" in refusal(settings, make(TWO, {f"circles/b{number}.bmp": bytes(900_000) for number in range(20)}))


def test_files_that_share_their_bytes_are_refused(settings: Settings, make: Make) -> None:
    archive = make(TWO)
    change(archive, b"PK\x01\x02", 20, "<I", 40_000)
    assert "swell" in refusal(settings, archive)


def test_a_bomb_with_lying_sizes_is_refused_and_leaves_nothing(settings: Settings, make: Make) -> None:
    archive = make({"circles": 10}, {f"squares/{number}.bmp": bytes(3_000_000) for number in range(10)})
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        change(archive, signature, offset, "<I", 400)
    assert "damaged" in refusal(settings, archive)


def test_a_packing_that_python_unpacks_without_a_limit_is_refused(settings: Settings, make: Make) -> None:
    archive = make(TWO)
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_BZIP2) as zipped:
        zipped.writestr("circles/bz.bmp", bytes(900_000))
    assert "unusual way" in refusal(settings, archive)


@pytest.mark.parametrize(
    ("limit", "value", "words"), [("MAX_FILES", 19, "20 pictures, and 19"), ("MAX_ZIP", 99, "2 GB")]
)
def test_a_zip_over_a_limit_is_refused(
    settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, words: str
) -> None:
    monkeypatch.setattr(limits, limit, value)
    assert words in refusal(settings, make(TWO))


def test_too_much_to_unpack_is_refused(settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_UNPACKED", 5_000)
    assert "is the most" in refusal(settings, make(TWO))


def test_a_list_of_files_that_would_fill_the_memory_is_not_even_read(
    settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_DIRECTORY", 500)
    assert "far more than 50,000 files" in refusal(settings, make(TWO))


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
def test_what_is_not_two_classes_is_refused(settings: Settings, make: Make, counts: dict[str, int], words: str) -> None:
    assert words in refusal(settings, make(counts))


def test_a_zip_of_a_zip_is_refused_by_name(settings: Settings, make: Make) -> None:
    assert "other archives (inner.zip)" in refusal(
        settings, make({}, {"inner.zip": make(TWO, name="x.zip").read_bytes()})
    )


@pytest.mark.parametrize("content", [b"", b"PK", b"<html>Sorry</html>", bytes(100_000)])
def test_what_is_no_zip_is_refused(settings: Settings, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "no.zip").write_bytes(content)
    assert "no zip" in refusal(settings, tmp_path / "no.zip")


def test_a_zip_that_is_not_there_is_one_sentence(settings: Settings, tmp_path: Path) -> None:
    assert "There is no file" in refusal(settings, tmp_path / "missing.zip")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_zip_cut_short_is_refused(settings: Settings, make: Make, share: float) -> None:
    archive = make(TWO)
    archive.write_bytes(archive.read_bytes()[: int(share * archive.stat().st_size)])
    assert "cut short" in refusal(settings, archive)


def test_a_locked_zip_is_refused(settings: Settings, make: Make) -> None:
    archive = make(TWO)
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        change(archive, signature, offset, "<H", 1)
    assert "password" in refusal(settings, archive)


def test_damage_anywhere_is_one_sentence_or_harmless(settings: Settings, make: Make) -> None:
    archive = make({"a": 6, "b": 6})
    whole = archive.read_bytes()
    rng = random.Random(1)
    messages: set[str] = set()
    clean = 0
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        archive.write_bytes(data)
        try:
            own = add_user_dataset(settings, archive, "x")
        except DataError as error:
            messages.add(str(error))
        else:
            clean += 1
            delete_user_dataset(settings, own)
        assert list(settings.home.rglob("*.jpg")) == []
    assert all(message.endswith(".") for message in messages)
    assert 0 < clean < 150


def test_a_name_that_is_taken_is_refused(settings: Settings, make: Make) -> None:
    add_user_dataset(settings, make(TWO), "Shapes")
    for name in ("shapes", "drawn", "Photos"):
        with pytest.raises(DataError, match="choose another name"):
            add_user_dataset(settings, make(TWO), name)
    assert add_user_dataset(settings, make(TWO), "Shapes!").root.name == "shapes-2"


def test_too_little_room_on_the_disk_is_said_before_unpacking(
    settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SPARE", 10**18)
    assert "make room" in refusal(settings, make(TWO))


def test_a_disk_that_fills_up_is_one_sentence_and_leaves_nothing(settings: Settings, make: Make, full_disk) -> None:
    archive = make(TWO)
    with full_disk(100):
        assert "free some disk space" in refusal(settings, archive)


# What is never left half done


def test_an_interruption_leaves_nothing(settings: Settings, make: Make) -> None:
    def stop(done: int, *_: object) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_user_dataset(settings, make(TWO), "Shapes", stop)
    assert list((settings.data / "own").iterdir()) == []


def test_leftovers_of_killed_processes_are_no_sets_and_are_cleaned_up(settings: Settings, make: Make) -> None:
    for name in (".new-dead", ".gone-dead"):
        (settings.data / "own" / name / "circles").mkdir(parents=True)
    assert list_user_datasets(settings) == []
    own = add_user_dataset(settings, make(TWO))
    assert list(own.root.parent.iterdir()) == [own.root]


def test_progress_tells_how_far_it_is(settings: Settings, make: Make) -> None:
    seen = []
    add_user_dataset(settings, make(TWO), progress=lambda *values: seen.append(values))
    assert (1, 20, "unpacking the pictures") in seen
    assert (20, 20, "unpacking the pictures") in seen


def test_a_deleted_set_is_gone_with_its_decoded_pictures(settings: Settings, make: Make) -> None:
    good = picture((9, 99, 9), kind="JPEG")
    own = add_user_dataset(
        settings, make({}, {f"{kind}/{number}.jpg": good for kind in TWO for number in range(10)}), "One"
    )
    open_dataset(settings, own.source)
    assert list(settings.cache.glob("*.npy"))
    delete_user_dataset(settings, own)
    assert list_user_datasets(settings) == []
    assert not own.root.exists()
    assert not list(settings.cache.glob("*.npy"))
    with pytest.raises(DataError, match="deleted already"):
        delete_user_dataset(settings, own)


def test_nothing_but_an_added_set_can_be_deleted(settings: Settings, make: Make, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(DataError):
        delete_user_dataset(settings, module.UserDataset("other", other, 0, ""))
    assert other.is_dir()


def test_a_set_is_found_by_name_and_by_source(settings: Settings, make: Make) -> None:
    own = add_user_dataset(settings, make(TWO), "Round Things")
    assert find_user_dataset(settings, "round things") == find_user_dataset(settings, own.source) == own
    assert find_user_dataset(settings, str(own.root / ".." / own.root.name)) is None
    assert find_user_dataset(settings, "square") is None
    (own.root / "set.json").write_text("damaged")
    assert [one.name for one in list_user_datasets(settings)] == ["round-things"]


def test_a_long_list_of_equal_names_takes_no_quadratic_time() -> None:
    names = [f"a/{'x' * (number % 2)}\x01{chr(1) * number}.jpg" for number in range(3000)]
    assert len(layout.find_layout([*names, *(f"b/{number}.jpg" for number in range(10))]).places) == 3010


def test_a_person_can_not_store_more_than_allowed_and_others_still_can(settings: Settings, make: Make) -> None:
    limited = replace(settings, limits=Limits(stored=1))
    with pytest.raises(AccessError, match="each person may have"):
        add_user_dataset(limited, make(TWO), "Shapes", by="anna@school.example")
    assert list_user_datasets(limited) == []
    made = add_user_dataset(settings, make(TWO), "Shapes", by="anna@school.example")
    assert (list_user_datasets(settings)[0].by, list_user_datasets(settings)[0].bytes) == (
        "anna@school.example",
        made.bytes,
    )
    taken = bytes_stored(settings, "anna@school.example")
    assert taken == made.bytes > 0
    assert bytes_stored(settings, "") == 0
    just_enough = replace(settings, limits=Limits(stored=taken + 1))
    with pytest.raises(AccessError, match="delete a set"):
        add_user_dataset(just_enough, make(TWO), "More", by="anna@school.example")
    assert add_user_dataset(just_enough, make(TWO), "More", by="ben@school.example").by == "ben@school.example"
