"""catdog.utils.text: numbers in words, and safe names."""

from datetime import datetime

import pytest

from catdog.utils.text import (
    format_confidence,
    format_duration,
    format_percent,
    format_time,
    join_names,
    safe_file_name,
    safe_folder_name,
    slugify,
)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0 s"), (0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations_read_well(seconds, words):
    assert format_duration(seconds) == words


def test_a_share_becomes_a_percentage_and_none_a_dash():
    assert format_percent(0.6423) == "64.2%"
    assert format_percent(0.5, 0) == "50%"


@pytest.mark.parametrize(
    ("probability", "digits", "text"),
    [
        (0.97, 1, "97.0%"),
        (0.97, 0, "97%"),
        (0.996, 0, "99.6%"),
        (0.999, 0, "99.9%"),
        (0.9995, 1, "> 99.9%"),
        (1, 0, "> 99.9%"),
    ],
)
def test_no_confidence_is_a_hundred_percent(probability, digits, text):
    assert format_confidence(probability, digits) == text
    assert format_percent(None) == "–"


@pytest.mark.parametrize(
    ("names", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_enumerated(names, words):
    assert join_names(names) == words


def test_a_moment_is_told_to_the_minute():
    assert format_time(datetime(2026, 11, 25, 22, 5, 59).timestamp()) == "25 Nov 2026, 22:05"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  two\n lines\x07 ", "two lines"),
        ("a/b\\c:d", "a_b_c_d"),
        ("..", ""),
        ("con", "con_"),
        ("nul.txt", "nul.txt_"),
        ("ü" * 200, "ü" * 60),
    ],
)
def test_a_folder_name_is_safe_on_every_system(text, name):
    assert safe_folder_name(text) == name


def test_a_file_name_keeps_its_suffix_and_fits_a_disk():
    assert safe_file_name("my: cat?.JPG") == "my_ cat_.JPG"
    assert safe_file_name("..jpg") == "image.jpg"
    assert len(safe_file_name("ü" * 300 + ".jpg").encode()) == 204


@pytest.mark.parametrize(("text", "name"), [("Füße & Pfoten!", "fue-pfoten"), ("", "set"), ("Con", "con-set")])
def test_a_slug_has_plain_letters_digits_and_dashes(text, name):
    assert slugify(text) == name
