"""The line where fine-tuning began."""

from catdog.charts import Series
from catdog.charts.marks import mark_fine_tuning
from tests.catdog.charts.histories import HISTORY


def test_the_line_of_fine_tuning_stands_between_two_epochs_or_where_one_ended():
    tuned = Series("run", "model4 fine-tuned", HISTORY | {"seconds": [10, 10, 10]}, tuned_after=2, prepared=5)
    (line,), (label,) = mark_fine_tuning([tuned, tuned])
    assert (line["x0"], line["x1"], line["line"]["dash"]) == (2.5, 2.5, "dot")
    assert (label["x"], label["text"]) == (2.5, "fine-tuning")
    assert mark_fine_tuning([tuned], "seconds")[0][0]["x0"] == 25


def test_no_line_of_fine_tuning_where_there_is_none_or_it_has_not_begun():
    runs = [Series("run", "model4", HISTORY), Series("run", "model4 fine-tuned", HISTORY, tuned_after=4)]
    assert mark_fine_tuning(runs) == ([], [])
