"""Where a model looks: the map must light up what the answer hangs on, and nothing else."""

import numpy as np
import pytest

from catdog.inference.occlusion import compute_occlusion, describe_activation, describe_occlusion, overlay_heatmap


@pytest.fixture
def pixels():
    """A dark picture with a bright square at the top left."""
    picture = np.random.default_rng(3).integers(0, 90, (160, 160, 3)).astype(np.uint8)
    picture[:40, :40] = 255
    return picture


def by_the_corner(asked):
    """A model that calls a picture class 1 by the brightness of its top left corner alone."""
    return asked[:, :40, :40].mean(axis=(1, 2, 3)).astype(np.float32) / 255


def test_what_a_model_looks_at_lights_up_and_nothing_else(pixels):
    heat = compute_occlusion(by_the_corner, pixels)
    assert heat[:40, :40].mean() > 0.2
    assert heat.max() == heat[:40, :40].max()
    assert np.abs(heat[100:, 100:]).max() == 0


def test_the_map_says_the_same_where_the_answer_is_the_other_class(pixels):
    heat = compute_occlusion(lambda asked: 1 - by_the_corner(asked), pixels)
    assert np.allclose(heat, compute_occlusion(by_the_corner, pixels), atol=1e-6)


@pytest.mark.parametrize("place", [(0, 0), (0, 159), (159, 0), (159, 159), (80, 80)])
def test_every_pixel_is_hidden_corners_included(pixels, place):
    def by_one_pixel(asked):
        return (asked[:, place[0], place[1]] == pixels[place]).all(axis=-1).astype(np.float32)

    heat = compute_occlusion(by_one_pixel, pixels)
    assert heat[place] == pytest.approx(1)


@pytest.mark.parametrize(("patch", "stride"), [(48, 16), (32, 12), (33, 5), (160, 160), (7, 7)])
def test_the_map_has_the_size_of_the_picture_and_values_of_a_probability(pixels, patch, stride):
    heat = compute_occlusion(by_the_corner, pixels, patch, stride)
    assert (heat.shape, heat.dtype) == ((160, 160), np.float32)
    assert np.isfinite(heat).all()
    assert -1 <= heat.min() <= heat.max() <= 1


def test_the_model_is_asked_once_for_whole_pictures_and_not_too_many(pixels):
    asked_for = []

    def noting(asked):
        asked_for.append((asked.shape, asked.dtype))
        return by_the_corner(asked)

    compute_occlusion(noting, pixels)
    ((shape, dtype),) = asked_for
    assert shape[0] <= 150
    assert (shape[1:], dtype) == ((160, 160, 3), np.uint8)


def test_the_picture_itself_stays_as_it_is(pixels):
    before = pixels.copy()
    overlay_heatmap(pixels, compute_occlusion(by_the_corner, pixels), 0.7)
    assert (pixels == before).all()


def test_a_picture_of_one_colour_has_a_flat_map():
    heat = compute_occlusion(by_the_corner, np.full((160, 160, 3), 77, np.uint8))
    assert (heat == 0).all()


@pytest.mark.parametrize(("patch", "stride"), [(0, 0), (8, 9), (161, 16), (16, -1)])
def test_a_patch_that_would_leave_places_out_is_refused(pixels, patch, stride):
    with pytest.raises(ValueError, match="stride"):
        compute_occlusion(by_the_corner, pixels, patch, stride)


def test_without_opacity_the_picture_shows_and_with_all_of_it_the_map(pixels):
    heat = compute_occlusion(by_the_corner, pixels)
    assert (overlay_heatmap(pixels, heat, 0) == pixels).all()
    covered = overlay_heatmap(pixels, heat, 1)
    assert (covered.shape, covered.dtype) == (pixels.shape, np.uint8)
    top = np.unravel_index(heat.argmax(), heat.shape)
    assert covered[top].tolist() == [253, 231, 37]


def test_the_strongest_place_is_the_lightest_even_without_seeing_colours(pixels):
    heat = np.tile(np.linspace(0, 1, 160, dtype=np.float32), (160, 1))
    light = overlay_heatmap(np.full_like(pixels, 20), heat, 1).astype(float) @ (0.299, 0.587, 0.114)
    assert (np.diff(light[0]) > -1.5).all()
    assert light[0, -1] - light[0, 0] > 100


def test_an_opacity_out_of_range_is_taken_for_the_nearest(pixels):
    heat = np.ones((160, 160), np.float32)
    assert (overlay_heatmap(pixels, heat, 7) == overlay_heatmap(pixels, heat, 1)).all()
    assert (overlay_heatmap(pixels, heat, -1) == pixels).all()


def test_a_map_of_nothing_does_not_glow(pixels):
    nothing = overlay_heatmap(pixels, np.full((160, 160), -0.2, np.float32), 0.6)
    assert (nothing == overlay_heatmap(pixels, np.zeros((160, 160), np.float32), 0.6)).all()


def test_the_words_tell_by_how_much_the_answer_falls_and_what_a_map_can_not_show():
    words = describe_occlusion("dogs", 0.97, np.full((160, 160), 0.31, np.float32))
    assert "97.0 % sure of dogs" in words
    assert "up to 31 points" in words
    assert "not what the model sees there" in words


def test_the_words_admit_that_no_place_counts():
    assert "0.3 points at most" in describe_occlusion("dogs", 1.0, np.full((160, 160), 0.003, np.float32))
    assert "0.0 points at most" in describe_occlusion("dogs", 1.0, np.full((160, 160), -0.1, np.float32))


def test_the_words_of_an_activation_map_say_how_much_of_the_picture_speaks_against_the_answer():
    heat = np.ones((160, 160), np.float32)
    assert "speak against it" not in describe_activation("dogs", 0.9, heat)
    heat[:, :40] = -1
    words = describe_activation("dogs", 0.9, heat)
    assert "90.0 % sure of dogs" in words
    assert "Over 25 % of the picture, the places speak against it." in words
