"""The benchmark of a dragged slider: how moments become a rate, and what the table says."""

import pytest

from benchmarks.drag import rate, table


def test_a_rate_counts_the_steps_between_moments():
    assert rate([1000.0, 1020.0, 1060.0]) == pytest.approx(2000 / 60)
    assert rate([1000.0]) == rate([]) == 0.0


def test_the_table_names_the_slowest_slider():
    row = {"slider": "turn", "moves": 125.0, "screen": 60.0, "different": 41.4, "longest": 33.0}
    text = table([row, row | {"slider": "zoom", "different": 28.6}])
    assert "| zoom | 125 | 60 | 29 | 33 |" in text
    assert "The slowest has 29 a second; the target is 30 or more." in text
