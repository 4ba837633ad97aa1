"""Numbers in words."""

from datetime import datetime

import pytest

from catdog.utils.text import duration, listed, moment, percent


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0 s"), (0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations_read_well(seconds, words):
    assert duration(seconds) == words


def test_a_share_becomes_a_percentage_and_none_a_dash():
    assert percent(0.6423) == "64.2 %"
    assert percent(0.5, 0) == "50 %"
    assert percent(None) == "–"


@pytest.mark.parametrize(
    ("names", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_enumerated(names, words):
    assert listed(names) == words


def test_a_moment_is_told_to_the_minute():
    assert moment(datetime(2026, 11, 25, 22, 5, 59).timestamp()) == "25 Nov 2026, 22:05"
