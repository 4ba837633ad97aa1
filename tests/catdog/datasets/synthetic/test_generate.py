"""The drawn set: layout, determinism, and that it appears whole or not at all."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catdog.datasets.synthetic import draw_image, generate_dataset
from catdog.errors import DataError, UsageError


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data") / "drawn"
    generate_dataset(root, seed=3, training=20, validation=10)
    return root


def digests(root: Path) -> dict[str, str]:
    """Return the hash of each file's bytes by its path within `root`."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_half_of_each_split_are_cats_under_their_expected_names(drawn: Path) -> None:
    expected = {
        f"{split}/{folder}/{name}.{number:04}.jpg"
        for split, count in (("train", 10), ("validation", 5))
        for folder, name in (("cats", "cat"), ("dogs", "dog"))
        for number in range(1, count + 1)
    }
    assert set(digests(drawn)) == expected


def test_every_image_is_an_rgb_jpeg_of_160_by_160_pixels(drawn: Path) -> None:
    for path in drawn.rglob("*.jpg"):
        with Image.open(path) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (160, 160))


def test_no_two_images_are_equal_not_even_across_splits(drawn: Path) -> None:
    pixels = {np.asarray(Image.open(path)).tobytes() for path in drawn.rglob("*.jpg")}
    assert len(pixels) == 30


def test_same_seed_gives_the_same_bytes(drawn: Path, tmp_path: Path) -> None:
    generate_dataset(tmp_path / "again", seed=3, training=20, validation=10)
    assert digests(tmp_path / "again") == digests(drawn)


def test_another_seed_gives_other_images(drawn: Path, tmp_path: Path) -> None:
    generate_dataset(tmp_path / "other", seed=4, training=20, validation=10)
    assert not set(digests(tmp_path / "other").values()) & set(digests(drawn).values())


def test_a_smaller_set_is_the_beginning_of_a_larger_one(drawn: Path, tmp_path: Path) -> None:
    generate_dataset(tmp_path / "small", seed=3, training=4, validation=2)
    assert digests(tmp_path / "small").items() <= digests(drawn).items()


def test_a_set_has_1_200_images_unless_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {}

    def write(work: Path, seed: int, numbers: dict[str, int], progress: Callable) -> None:
        work.mkdir()
        counts.update(numbers)

    monkeypatch.setattr("catdog.datasets.synthetic.generate._write_images", write)
    generate_dataset(tmp_path / "drawn")
    assert counts == {"train": 800, "validation": 400}


def test_nothing_but_the_set_is_left_beside_it(drawn: Path) -> None:
    assert [path.name for path in drawn.parent.iterdir()] == ["drawn"]


def test_progress_counts_every_image(tmp_path: Path) -> None:
    reports: list[tuple[int, int]] = []
    generate_dataset(
        tmp_path / "drawn", training=4, validation=2, progress=lambda done, total, _: reports.append((done, total))
    )
    assert reports == [(done, 6) for done in range(1, 7)]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_an_interruption_leaves_neither_a_set_nor_a_temporary_folder(
    tmp_path: Path, interruption: type[BaseException]
) -> None:
    def interrupt(done: int, total: int, what: str) -> None:
        if done == 3:
            raise interruption

    with pytest.raises(interruption):
        generate_dataset(tmp_path / "drawn", training=20, validation=10, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    with full_disk(1000), pytest.raises(DataError, match=r"can't be written to .*File too large.*make room"):
        generate_dataset(tmp_path / "drawn", training=4, validation=2)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_empty_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "drawn").mkdir()
    (tmp_path / "drawn" / "mine.txt").write_text("keep")
    with pytest.raises(DataError, match="already holds something"):
        generate_dataset(tmp_path / "drawn", training=4, validation=2)
    assert digests(tmp_path).keys() == {"drawn/mine.txt"}


def test_a_set_that_another_process_wrote_meanwhile_stays(tmp_path: Path) -> None:
    def another_process(done: int, total: int, what: str) -> None:
        (tmp_path / "drawn").mkdir(exist_ok=True)
        (tmp_path / "drawn" / "theirs.jpg").write_bytes(b"theirs")

    generate_dataset(tmp_path / "drawn", training=4, validation=2, progress=another_process)
    assert digests(tmp_path).keys() == {"drawn/theirs.jpg"}


@pytest.mark.parametrize("counts", [(0, 2), (3, 2), (4, 0), (4, 5), (-2, 2)])
def test_counts_that_cannot_be_halved_are_refused(tmp_path: Path, counts: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="even number"):
        generate_dataset(tmp_path / "drawn", training=counts[0], validation=counts[1])
    assert list(tmp_path.iterdir()) == []


def test_a_negative_seed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="seed"):
        generate_dataset(tmp_path / "drawn", seed=-1)


@pytest.mark.parametrize("label", [0, 1])
def test_an_image_has_the_requested_size_and_is_repeatable(label: int) -> None:
    first, again = (draw_image(np.random.default_rng(7), label, size=96) for _ in range(2))
    assert (first.mode, first.size) == ("RGB", (96, 96))
    assert first.tobytes() == again.tobytes()


def test_images_vary_and_fill_the_range_of_brightness() -> None:
    rng = np.random.default_rng(0)
    pixels = np.stack([np.asarray(draw_image(rng, label)) for label in (0, 1) for _ in range(20)]).astype(float)
    assert pixels.min() < 20
    assert pixels.max() > 235
    # Mean brightness differs from image to image, and no image is flat.
    assert pixels.mean(axis=(1, 2, 3)).std() > 10
    assert pixels.std(axis=(1, 2, 3)).min() > 15


def test_colour_alone_does_not_tell_the_class() -> None:
    rng = np.random.default_rng(1)
    means = np.array([[np.asarray(draw_image(rng, label)).mean(axis=(0, 1)) for _ in range(60)] for label in (0, 1)])
    spread = means.std(axis=1).mean(axis=0)
    # The two classes' mean colours lie well within the spread of either.
    assert (np.abs(means[0].mean(axis=0) - means[1].mean(axis=0)) < 0.6 * spread).all()
