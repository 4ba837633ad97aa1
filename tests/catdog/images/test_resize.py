"""catdog.images.resize: images become squares by TensorFlow's arithmetic."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catdog.images.decode import load_image
from catdog.images.resize import SIZE, resize
from tests.image_files import draw_image


@pytest.mark.parametrize(
    ("width", "height"), [(160, 160), (59, 41), (1, 1), (500, 375), (375, 499), (1050, 702), (161, 159), (2, 7)]
)
def test_resize_is_tensorflows_to_half_a_grey_level(width, height):
    import tensorflow as tf

    image = np.random.default_rng(width).integers(0, 256, (height, width, 3), np.uint8)
    for size in (SIZE, 33):
        result = resize(image, size)
        assert result.dtype == np.uint8
        assert result.shape == (size, size, 3)
        assert np.abs(result - tf.image.resize(image, (size, size)).numpy()).max() < 0.501


def test_resize_copies_an_image_that_has_the_size_already():
    image = np.random.default_rng(3).integers(0, 256, (160, 160, 3), dtype=np.uint8)
    same = resize(image)
    assert np.array_equal(same, image)
    assert not np.shares_memory(same, image)


def test_resize_takes_any_view_of_pixels():
    pixels = np.asarray(draw_image())
    expected = resize(np.ascontiguousarray(pixels[::-1, ::-1]))
    assert np.array_equal(resize(pixels[::-1, ::-1]), expected)
    expected[0, 0] = 0  # the result is the caller's own, unlike what Pillow gives


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_read_and_resized_images_are_those_of_keras(tmp_path, suffix):
    import keras

    rng = np.random.default_rng(3)
    for index, (width, height) in enumerate([(59, 41), (160, 160), (500, 375), (300, 480), (1050, 702), (90, 300)]):
        folder = tmp_path / ("cats" if index % 2 else "dogs")
        folder.mkdir(exist_ok=True)
        grain = rng.normal(0, 6, (height, width, 1))
        pixels = (np.asarray(draw_image(width, height)) + grain).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.{suffix}", quality=90)
    dataset = keras.utils.image_dataset_from_directory(
        tmp_path, image_size=(SIZE, SIZE), batch_size=6, shuffle=False, verbose=False
    )
    theirs = next(iter(dataset))[0].numpy()
    ours = np.stack([resize(load_image(Path(path))) for path in dataset.file_paths])
    assert theirs.shape == ours.shape == (6, SIZE, SIZE, 3)
    difference = np.abs(ours - theirs)
    # Rounding alone makes 0.25; JPEG's other transform would make about 1.
    assert difference.mean(axis=(1, 2, 3)).max() < 0.5
    assert suffix == "jpg" or difference.max() < 0.501
