"""catdog.datasets.quality.duplicates: an image is recognized however it was saved, and others are not."""

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from catdog.datasets.quality import duplicates
from catdog.datasets.quality.duplicates import find_near_duplicates, grayscale_thumbnails, perceptual_hashes
from catdog.images.decode import resize
from tests.scenes import scene

OTHERS = 60


def decoded(*images: Image.Image) -> np.ndarray:
    return np.stack([resize(np.asarray(image.convert("RGB"))) for image in images])


def as_jpeg(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


CHANGES = {
    "saved again": lambda image: as_jpeg(image, 40),
    "half as large": lambda image: image.resize((130, 100)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.25),
    "less contrast": lambda image: ImageEnhance.Contrast(image).enhance(0.6),
    "grey": ImageOps.grayscale,
    "cut by two pixels": lambda image: image.crop((2, 2, 258, 198)),
}


@pytest.fixture(scope="module")
def others() -> np.ndarray:
    """The thumbnails of OTHERS images; do not change them."""
    return grayscale_thumbnails(decoded(*map(scene, range(OTHERS))))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize("mirrored", [False, True], ids=["as it is", "mirrored"])
def test_a_changed_copy_is_recognized_among_other_images(change, mirrored: bool, others: np.ndarray) -> None:
    changed = change(scene(3))
    thumbnail = grayscale_thumbnails(decoded(ImageOps.mirror(changed) if mirrored else changed))
    pairs = find_near_duplicates(np.concatenate([others, thumbnail]))
    assert (pairs.first.tolist(), pairs.second.tolist(), pairs.mirrored.tolist()) == ([3], [OTHERS], [mirrored])
    assert pairs.distance[0] <= 6
    assert pairs.likeness[0] > 0.95


def test_different_images_make_no_pair() -> None:
    assert len(find_near_duplicates(grayscale_thumbnails(decoded(*map(scene, range(200))))).first) == 0


def test_an_image_upside_down_is_no_duplicate() -> None:
    assert len(find_near_duplicates(grayscale_thumbnails(decoded(scene(1), ImageOps.flip(scene(1))))).first) == 0


def test_images_without_contrast_make_no_pair() -> None:
    plain = [Image.new("RGB", (40, 40), (shade, shade, shade)) for shade in range(0, 250, 10)]
    assert len(find_near_duplicates(grayscale_thumbnails(decoded(*plain))).first) == 0


def test_an_image_that_is_its_own_mirror_image_makes_one_pair() -> None:
    half = scene(5, 130, 200)
    whole = Image.new("RGB", (260, 200))
    whole.paste(half, (0, 0))
    whole.paste(ImageOps.mirror(half), (130, 0))
    pairs = find_near_duplicates(grayscale_thumbnails(decoded(whole, as_jpeg(whole, 50))))
    assert (pairs.first.tolist(), pairs.second.tolist()) == ([0], [1])


def test_pairs_across_tiles_are_found_like_those_within(monkeypatch: pytest.MonkeyPatch) -> None:
    images = decoded(*map(scene, range(20)), *(as_jpeg(scene(seed), 60) for seed in range(20)))
    expected = find_near_duplicates(grayscale_thumbnails(images))
    monkeypatch.setattr(duplicates, "TILE", (3, 5))
    pairs = find_near_duplicates(grayscale_thumbnails(images))
    assert set(zip(pairs.first, pairs.second, strict=True)) == {(seed, seed + 20) for seed in range(20)}
    assert pairs.likeness.tolist() == expected.likeness.tolist() == sorted(pairs.likeness.tolist(), reverse=True)


def test_the_search_ends_early_in_a_dataset_of_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "ENOUGH", 10)
    monkeypatch.setattr(duplicates, "TILE", (4, 4))
    count = len(find_near_duplicates(grayscale_thumbnails(np.repeat(decoded(scene(1)), 40, axis=0))).first)
    assert 10 <= count < 40 * 39 / 2 / 4


def test_brightness_alone_changes_no_bit_of_a_hash() -> None:
    grey = np.random.default_rng(1).integers(50, 150, (1, 32, 32)).astype(np.uint8)
    assert perceptual_hashes(grey) == perceptual_hashes(grey + 40)
