"""Where a model looks: the heatmap lights up what the prediction depends on, and nothing else."""

import numpy as np
import pytest

from catdog.inference.occlusion import compute_occlusion, describe_activation, describe_occlusion, overlay_heatmap


@pytest.fixture
def pixels():
    """A dark image with a bright square at the top left."""
    image = np.random.default_rng(3).integers(0, 90, (160, 160, 3)).astype(np.uint8)
    image[:40, :40] = 255
    return image


def by_the_corner(images):
    """A model that calls an image class 1 by the brightness of its top left corner alone."""
    return images[:, :40, :40].mean(axis=(1, 2, 3)).astype(np.float32) / 255


def test_what_a_model_looks_at_lights_up_and_nothing_else(pixels):
    heatmap = compute_occlusion(by_the_corner, pixels)
    assert heatmap[:40, :40].mean() > 0.2
    assert heatmap.max() == heatmap[:40, :40].max()
    assert np.abs(heatmap[100:, 100:]).max() == 0


def test_the_heatmap_is_the_same_for_the_other_class(pixels):
    heatmap = compute_occlusion(lambda images: 1 - by_the_corner(images), pixels)
    assert np.allclose(heatmap, compute_occlusion(by_the_corner, pixels), atol=1e-6)


@pytest.mark.parametrize("pixel", [(0, 0), (0, 159), (159, 0), (159, 159), (80, 80)])
def test_every_pixel_is_hidden_corners_included(pixels, pixel):
    def by_one_pixel(images):
        return (images[:, pixel[0], pixel[1]] == pixels[pixel]).all(axis=-1).astype(np.float32)

    heatmap = compute_occlusion(by_one_pixel, pixels)
    assert heatmap[pixel] == pytest.approx(1)


@pytest.mark.parametrize(("patch", "stride"), [(48, 16), (32, 12), (33, 5), (160, 160), (7, 7)])
def test_heatmap_has_the_images_size_and_values_of_a_probability(pixels, patch, stride):
    heatmap = compute_occlusion(by_the_corner, pixels, patch, stride)
    assert (heatmap.shape, heatmap.dtype) == ((160, 160), np.float32)
    assert np.isfinite(heatmap).all()
    assert -1 <= heatmap.min() <= heatmap.max() <= 1


def test_the_model_is_called_once_with_whole_images_and_not_too_many(pixels):
    calls = []

    def recording(images):
        calls.append((images.shape, images.dtype))
        return by_the_corner(images)

    compute_occlusion(recording, pixels)
    ((shape, dtype),) = calls
    assert shape[0] <= 150
    assert (shape[1:], dtype) == ((160, 160, 3), np.uint8)


def test_the_image_itself_stays_as_it_is(pixels):
    before = pixels.copy()
    overlay_heatmap(pixels, compute_occlusion(by_the_corner, pixels), 0.7)
    assert (pixels == before).all()


def test_an_image_of_one_colour_has_a_flat_map():
    heatmap = compute_occlusion(by_the_corner, np.full((160, 160, 3), 77, np.uint8))
    assert (heatmap == 0).all()


@pytest.mark.parametrize(("patch", "stride"), [(0, 0), (8, 9), (161, 16), (16, -1)])
def test_a_patch_that_would_leave_places_out_is_refused(pixels, patch, stride):
    with pytest.raises(ValueError, match="stride"):
        compute_occlusion(by_the_corner, pixels, patch, stride)


def test_without_opacity_the_image_shows_and_with_all_of_it_the_map(pixels):
    heatmap = compute_occlusion(by_the_corner, pixels)
    assert (overlay_heatmap(pixels, heatmap, 0) == pixels).all()
    covered = overlay_heatmap(pixels, heatmap, 1)
    assert (covered.shape, covered.dtype) == (pixels.shape, np.uint8)
    top = np.unravel_index(heatmap.argmax(), heatmap.shape)
    assert covered[top].tolist() == [253, 231, 37]


def test_strongest_place_is_the_lightest_without_seeing_colours(pixels):
    heatmap = np.tile(np.linspace(0, 1, 160, dtype=np.float32), (160, 1))
    light = overlay_heatmap(np.full_like(pixels, 20), heatmap, 1).astype(float) @ (0.299, 0.587, 0.114)
    assert (np.diff(light[0]) > -1.5).all()
    assert light[0, -1] - light[0, 0] > 100


def test_an_opacity_out_of_range_is_taken_for_the_nearest(pixels):
    heatmap = np.ones((160, 160), np.float32)
    assert (overlay_heatmap(pixels, heatmap, 7) == overlay_heatmap(pixels, heatmap, 1)).all()
    assert (overlay_heatmap(pixels, heatmap, -1) == pixels).all()


@pytest.mark.parametrize("most", [-0.2, 0, 0.049])
def test_a_map_whose_largest_effect_is_small_is_grey(pixels, most):
    heatmap = np.tile(np.linspace(-0.3, most, 160, dtype=np.float32), (160, 1))
    covered = overlay_heatmap(pixels, heatmap, 0.6).astype(int)
    assert np.ptp(covered, axis=-1).max() <= 1


def test_a_map_with_an_effect_of_five_points_has_colours(pixels):
    heatmap = np.tile(np.linspace(0, 0.05, 160, dtype=np.float32), (160, 1))
    assert np.ptp(overlay_heatmap(pixels, heatmap, 0.6).astype(int), axis=-1).max() > 50
    assert np.ptp(overlay_heatmap(pixels, heatmap, 0.6, faint=0.2).astype(int), axis=-1).max() <= 1


def test_text_says_how_far_confidence_drops_and_what_no_map_shows():
    text = describe_occlusion("dogs", 0.97, np.full((160, 160), 0.31, np.float32))
    assert "97.0% sure of dogs" in text
    assert "up to 31 points" in text
    assert "not what it sees there" in text


def test_text_admits_that_no_place_counts():
    text = describe_occlusion("dogs", 1.0, np.full((160, 160), 0.049, np.float32))
    assert "> 99.9% sure of dogs" in text
    assert "4.9 points at most, so the map is grey" in text
    assert "0.0 points at most" in describe_occlusion("dogs", 1.0, np.full((160, 160), -0.1, np.float32))


def test_text_says_how_much_of_the_image_speaks_against_the_class():
    heatmap = np.ones((160, 160), np.float32)
    assert "speaks against it" not in describe_activation("dogs", 0.9, heatmap)
    heatmap[:, :40] = -1
    text = describe_activation("dogs", 0.9, heatmap)
    assert "90.0% sure of dogs" in text
    assert "25% of the image speaks against it." in text
    assert "so the map is grey" in describe_activation("dogs", 0.9, heatmap / 10)
