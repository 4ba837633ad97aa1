"""The benchmark of a class at the dashboard: real sessions at the real server while a model trains."""

from benchmarks.load import kinds_table, table

ROW = {
    "people": 50,
    "clicks": 1234,
    "p50": 0.05,
    "p95": 0.5,
    "p99": 0.7,
    "longest": 0.9,
    "errors": 0,
    "memory MB": 612.3,
    "most memory MB": 640.0,
    "server cores": 0.4,
    "people cores": 0.05,
    "epoch alone s": 2.0,
    "epoch with people s": 2.4,
    "slowed": 0.2,
    "pace lost": 0.1667,
    "kinds": {"browse": {"clicks": 3, "p50": 0.01, "p95": 0.02, "p99": 0.03, "longest": 0.04}},
}


def test_what_misses_its_target_is_marked():
    assert "missed" not in table([ROW])
    assert "1.00 s (missed)" in table([ROW | {"p95": 1.0}])
    assert "25% longer, 20% slower (missed)" in table([ROW | {"slowed": 0.25, "pace lost": 0.2}])
    assert "3 (missed)" in table([ROW | {"errors": 3}])
    assert "missed" not in table([ROW | {"people": 80, "p95": 2.0, "slowed": 0.5}])


def test_the_kinds_of_clicks_are_told_in_milliseconds():
    assert "| browse | 3 | 10 ms | 20 ms | 30 ms | 40 ms |" in kinds_table(ROW)
