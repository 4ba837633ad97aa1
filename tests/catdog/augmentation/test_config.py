"""Augmentation: what it allows, and its words."""

import pytest

from catdog.augmentation.config import FILLS, FLIPS, LIMITS, Augmentation, rotation_from_degrees
from catdog.errors import UsageError


@pytest.mark.parametrize(("name", "allowed"), [("flip", FLIPS), ("fill", FILLS)])
def test_an_unknown_word_is_refused_with_those_that_exist(name: str, allowed: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as error:
        Augmentation(**{name: "sideways"})
    assert all(word in str(error.value) for word in ("sideways", *allowed))


@pytest.mark.parametrize("name", LIMITS)
def test_a_number_out_of_bounds_is_refused(name: str) -> None:
    Augmentation(**{name: LIMITS[name]})
    for value in (-0.1, LIMITS[name] + 0.01, 2, float("nan"), "0.2", None, True):
        with pytest.raises(UsageError, match="shift" if name == "translation" else name):
            Augmentation(**{name: value})


def test_a_fifth_of_a_turn_is_72_degrees() -> None:
    assert Augmentation(rotation=0.2).degrees == 72
    assert rotation_from_degrees(72) == 0.2


@pytest.mark.parametrize(
    ("augmentation", "words"),
    [
        (Augmentation(), "left as it is"),
        (Augmentation(fill="wrap"), "left as it is"),
        (Augmentation("horizontal"), "flipped left-right at random"),
        (Augmentation("vertical"), "flipped up-down at random"),
        (Augmentation(rotation=0.25), "rotated up to ±90°"),
        (Augmentation(zoom=0.2), "zoomed 0.833× to 1.25×"),
        (
            Augmentation("horizontal_and_vertical", 0.2),
            "flipped both ways at once at random (a half turn), rotated up to ±72°",
        ),
        (
            Augmentation(translation=0.1, contrast=0.3, brightness=0.25, fill="constant"),
            "shifted up to 10% each way, contrast changed up to ±30%, brightness changed up to ±25%, with black "
            "beyond the edge",
        ),
    ],
)
def test_the_words_say_what_is_done(augmentation: Augmentation, words: str) -> None:
    assert augmentation.description == words


def test_only_what_changes_an_image_counts_as_active() -> None:
    assert not Augmentation().active
    assert not Augmentation(fill="constant").active
    assert Augmentation("vertical").active
    assert all(Augmentation(**{name: 0.1}).active for name in LIMITS)
