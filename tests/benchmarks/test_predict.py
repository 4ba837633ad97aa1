"""The benchmark of predictions, on models nobody trained: it measures the real server, whose answers must be right."""

from benchmarks.inference import LITERT_BULK, LITERT_SINGLE
from benchmarks.predict import inference_table, server_table


def test_what_misses_its_target_is_marked() -> None:
    def row(model: str, way: str, milliseconds: float) -> dict:
        return {"model": model, "way": way, "milliseconds": milliseconds, "per_second": 1000 / milliseconds}

    lines = inference_table(
        [
            row("model4", LITERT_SINGLE, 2.4),
            row("model4", LITERT_SINGLE, 2.6),
            row("model4", LITERT_BULK, 5.0),
            row("model1", LITERT_SINGLE, 6.0),
            row("model1", LITERT_BULK, 60.0),
            {"model": "model1", "apart": 2e-4},
        ]
    ).splitlines()[2:]
    assert ["missed" in line for line in lines] == [False, True, True, False, False, True]
    assert "| model4 | LiteRT, one by one | 2.40 ms | 417 | ≤ 2.5 ms |" in lines


def test_the_server_table_has_whole_numbers() -> None:
    assert "| p95 ms | 1,235 |" in server_table({"p95 ms": 1234.6, "wrong": 0})
    assert "| wrong | 0 |" in server_table({"p95 ms": 1234.6, "wrong": 0})
