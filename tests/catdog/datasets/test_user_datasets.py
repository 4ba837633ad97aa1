"""catdog.datasets.user_datasets: a zip of photos becomes a whole dataset, or one sentence and nothing at all."""

import io
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
    list_sources,
    list_user_datasets,
    open_catalog,
    open_dataset,
    storage,
)
from catdog.datasets import user_datasets as module
from catdog.errors import AccessError, DataError
from catdog.settings import Limits, Settings
from tests.zips import TWO_CLASSES, MakeZip, add_error


def test_two_class_folders_become_a_named_dataset(settings: Settings, make_zip: MakeZip) -> None:
    dataset = add_user_dataset(settings, make_zip(TWO_CLASSES), "Round or not?")
    assert (dataset.name, dataset.images, dataset.note) == ("Round or not?", 20, "")
    assert dataset.root == settings.data / "own" / "round-or-not"
    assert list_user_datasets(settings) == [dataset]
    assert list_sources(settings) == ["photos", "drawn", dataset.source]
    catalog = open_catalog(settings, dataset.source)
    assert catalog.title == "20 images of circles and squares from Round or not?"
    assert catalog.counts()["training"] == {"circles": 7, "squares": 7}
    assert catalog.counts()["validation"] == {"circles": 2, "squares": 2}
    assert catalog.fingerprint == dataset.fingerprint


def test_an_upload_without_a_path_is_taken_and_named_like_its_file(settings: Settings, make_zip: MakeZip) -> None:
    upload = io.BytesIO(make_zip(TWO_CLASSES).read_bytes())
    upload.name = "My shapes.zip"
    assert add_user_dataset(settings, upload).name == "My shapes"


@pytest.mark.parametrize("name", ["../../escape", "/etc", "..", "a/b", "con", "\x00", "猫", "x" * 500])
def test_no_name_of_a_dataset_leads_out_of_its_folder(settings: Settings, make_zip: MakeZip, name: str) -> None:
    dataset = add_user_dataset(settings, make_zip(TWO_CLASSES), name)
    assert dataset.root.parent == settings.data / "own"
    assert dataset.root.name.replace("-", "").isalnum()
    assert dataset.name.isprintable()
    assert len(dataset.name) <= 60


def encoded_image(colour: tuple[int, ...], mode: str = "RGB", kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image = Image.new(mode, (40, 20), colour)
    from_pillow(image).save(file, quality=95) if kind == "HEIF" else image.save(file, kind, **options)
    return file.getvalue()


def test_every_image_format_is_taken_from_a_zip_and_decoded(settings: Settings, make_zip: MakeZip) -> None:
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
        "cmyk.jpg": (encoded_image((0, 255, 255, 0), "CMYK", "JPEG"), red),
        "phone.heic": (encoded_image(red, kind="HEIF"), red),
        "clear.png": (encoded_image((255, 0, 0, 0), "RGBA"), (255, 255, 255)),
        "palette.gif": (encoded_image(red, kind="GIF"), red),
        "palette.png": (encoded_image(7, "P"), None),
        "grey.webp": (encoded_image(128, "L", "WEBP"), grey),
        "deep.png": (deep.getvalue(), grey),
        "frames.gif": (frames.getvalue(), red),
        "plain.bmp": (encoded_image(red, kind="BMP"), red),
    }
    more = {f"odd/{name}": content for name, (content, _) in odd.items()}
    more |= {f"plain/{index}.jpg": encoded_image((0, 255, 0), kind="JPEG") for index in range(10)}
    dataset = open_dataset(
        settings, add_user_dataset(settings, make_zip({}, more | {"odd/turned.jpg": upright.getvalue()})).source
    )
    assert dataset.skipped == ()
    rows = {path.split("/")[1]: dataset.pixels[row] for row, path in enumerate(dataset.catalog.paths)}
    for name, (_, colour) in odd.items():
        if colour is not None:
            assert np.abs(rows[name].astype(int) - colour).max() <= 4, name
    assert rows["turned.jpg"][10, 80, 2] > 200  # its blue left half is the upper half once it is turned
    assert rows["turned.jpg"][150, 80, 0] > 200


def test_damaged_images_are_skipped_and_counted(settings: Settings, make_zip: MakeZip) -> None:
    good = encoded_image((9, 99, 9), kind="JPEG")
    more = {f"{kind}/{index}.jpg": good for kind in TWO_CLASSES for index in range(10)}
    added = add_user_dataset(
        settings, make_zip({}, more | {"circles/cut.jpg": good[:200], "circles/text.jpg": b"no image"})
    )
    dataset = open_dataset(settings, added.source)
    assert len(dataset.catalog) == 20
    assert dataset.catalog.note == (
        "1 file that is no image (circles/text.jpg) was left out. "
        "1 image that can't be read (circles/cut.jpg) was left out."
    )
    assert sorted(path for path, _ in dataset.skipped) == ["circles/cut.jpg", "circles/text.jpg"]
    assert len(open_catalog(settings, added.source)) == added.images == 20


def test_a_set_without_enough_readable_images_is_refused_and_leaves_nothing(
    settings: Settings, make_zip: MakeZip
) -> None:
    good = encoded_image((9, 99, 9), kind="JPEG")
    cut = {f"{kind}/{index}.jpg": good[:200] for kind in TWO_CLASSES for index in range(12)}
    assert "The photo set Shapes has too few readable images of circles" in add_error(settings, make_zip({}, cut))
    assert not [path for path in settings.cache.iterdir() if path.suffix != ".lock"]
    text = {f"{kind}/{index}.jpg": b"just a text" for kind in TWO_CLASSES for index in range(12)}
    error = add_error(settings, make_zip({}, text))
    assert error.startswith("The zip has no images in it")
    assert "24 files are named like images" in error


def test_a_name_that_is_taken_is_refused(settings: Settings, make_zip: MakeZip) -> None:
    add_user_dataset(settings, make_zip(TWO_CLASSES), "Shapes")
    for name in ("shapes", "drawn", "Photos"):
        with pytest.raises(DataError, match="choose another name"):
            add_user_dataset(settings, make_zip(TWO_CLASSES), name)
    assert add_user_dataset(settings, make_zip(TWO_CLASSES), "Shapes!").root.name == "shapes-2"


def test_too_little_disk_space_is_an_error_before_unpacking(
    settings: Settings, make_zip: MakeZip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "SPARE", 10**18)
    assert "make room" in add_error(settings, make_zip(TWO_CLASSES))


def test_a_full_disk_is_one_sentence_and_leaves_nothing(settings: Settings, make_zip: MakeZip, full_disk) -> None:
    archive = make_zip(TWO_CLASSES)
    with full_disk(100):
        assert "free some disk space" in add_error(settings, archive)


def test_an_interruption_leaves_nothing(settings: Settings, make_zip: MakeZip) -> None:
    def stop(done: int, *_: object) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_user_dataset(settings, make_zip(TWO_CLASSES), "Shapes", stop)
    assert list((settings.data / "own").iterdir()) == []


def test_leftovers_of_killed_processes_are_cleaned_up(settings: Settings, make_zip: MakeZip) -> None:
    for name in (".new-dead", ".gone-dead"):
        (settings.data / "own" / name / "circles").mkdir(parents=True)
    assert list_user_datasets(settings) == []
    dataset = add_user_dataset(settings, make_zip(TWO_CLASSES))
    assert list(dataset.root.parent.iterdir()) == [dataset.root]


def test_progress_counts_the_unpacked_photos(settings: Settings, make_zip: MakeZip) -> None:
    seen = []
    add_user_dataset(settings, make_zip(TWO_CLASSES), progress=lambda *values: seen.append(values))
    assert (1, 20, "unpacking the images") in seen
    assert (20, 20, "unpacking the images") in seen


def test_a_deleted_dataset_is_gone_with_its_decoded_images(settings: Settings, make_zip: MakeZip) -> None:
    good = encoded_image((9, 99, 9), kind="JPEG")
    dataset = add_user_dataset(
        settings, make_zip({}, {f"{kind}/{index}.jpg": good for kind in TWO_CLASSES for index in range(10)}), "One"
    )
    open_dataset(settings, dataset.source)
    (settings.cache / f"health-{dataset.fingerprint}.json").touch()
    assert list(settings.cache.glob("*.npy"))
    delete_user_dataset(settings, dataset)
    assert list_user_datasets(settings) == []
    assert not dataset.root.exists()
    assert not list(settings.cache.glob(f"*{dataset.fingerprint}*"))
    with pytest.raises(DataError, match="deleted already"):
        delete_user_dataset(settings, dataset)


def test_nothing_but_a_user_dataset_can_be_deleted(settings: Settings, make_zip: MakeZip, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    with pytest.raises(DataError):
        delete_user_dataset(settings, module.UserDataset("other", elsewhere, 0, ""))
    assert elsewhere.is_dir()


def test_a_dataset_is_found_by_name_and_by_source(settings: Settings, make_zip: MakeZip) -> None:
    dataset = add_user_dataset(settings, make_zip(TWO_CLASSES), "Round Things")
    assert find_user_dataset(settings, "round things") == find_user_dataset(settings, dataset.source) == dataset
    assert find_user_dataset(settings, str(dataset.root / ".." / dataset.root.name)) is None
    assert find_user_dataset(settings, "square") is None
    (dataset.root / "set.json").write_text("damaged")
    assert [damaged.name for damaged in list_user_datasets(settings)] == ["round-things"]


def test_one_person_over_the_quota_does_not_block_others(settings: Settings, make_zip: MakeZip) -> None:
    limited = replace(settings, limits=Limits(stored=1))
    with pytest.raises(AccessError, match="each person may have"):
        add_user_dataset(limited, make_zip(TWO_CLASSES), "Shapes", by="anna@school.example")
    assert list_user_datasets(limited) == []
    dataset = add_user_dataset(settings, make_zip(TWO_CLASSES), "Shapes", by="anna@school.example")
    assert (list_user_datasets(settings)[0].by, list_user_datasets(settings)[0].bytes) == (
        "anna@school.example",
        dataset.bytes,
    )
    stored = bytes_stored(settings, "anna@school.example")
    assert stored == dataset.bytes + 20 * 160 * 160 * 3 > dataset.bytes > 0  # with what is decoded of it
    assert bytes_stored(settings, "") == 0
    just_enough = replace(settings, limits=Limits(stored=stored + 1))
    with pytest.raises(AccessError, match="delete a set"):
        add_user_dataset(just_enough, make_zip(TWO_CLASSES), "More", by="anna@school.example")
    added = add_user_dataset(just_enough, make_zip(TWO_CLASSES), "More", by="ben@school.example")
    assert added.by == "ben@school.example"
