"""Numbers in words."""

from datetime import datetime

import pytest

from catdog.utils.text import format_duration, format_percent, format_time, join_names


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0 s"), (0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations_read_well(seconds, words):
    assert format_duration(seconds) == words


def test_a_share_becomes_a_percentage_and_none_a_dash():
    assert format_percent(0.6423) == "64.2 %"
    assert format_percent(0.5, 0) == "50 %"
    assert format_percent(None) == "–"


@pytest.mark.parametrize(
    ("names", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_enumerated(names, words):
    assert join_names(names) == words


def test_a_moment_is_told_to_the_minute():
    assert format_time(datetime(2026, 11, 25, 22, 5, 59).timestamp()) == "25 Nov 2026, 22:05"
