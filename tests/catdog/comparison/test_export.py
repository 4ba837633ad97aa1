"""Curves and scores as CSV."""

import csv
import io
from dataclasses import replace

import pytest

from catdog.comparison import build_table
from catdog.comparison.export import curves_csv, table_csv
from catdog.runs import create_run, open_run
from catdog.training import TrainConfig
from catdog.training.history import Epoch, write_history


@pytest.fixture
def make(settings):
    """Make a finished run with this many epochs."""

    def make(epochs=2, name=""):
        run = create_run(settings, TrainConfig("model4", "photos", seed=7), name)
        write_history(
            run.files.history, [Epoch(number, 1.5, 0.5, 0.7, 0.6, 0.65, 0.001) for number in range(1, epochs + 1)]
        )
        run.files.write_status(replace(run.status, state="done", best_val_accuracy=0.6, best_epoch=1))
        return open_run(settings, run.id)

    return make


def rows(text):
    """The rows of a CSV as dictionaries."""
    return list(csv.DictReader(io.StringIO(text)))


def test_every_epoch_of_every_run_is_a_row(make):
    first, second = make(2), make(1)
    table = rows(curves_csv([first, second], {first.id: "first", second.id: "second"}))
    assert [(row["run"], row["epoch"]) for row in table] == [("first", "1"), ("first", "2"), ("second", "1")]
    assert table[0]["id"] == first.id
    assert (table[0]["model"], table[0]["seed"]) == ("model4", "7")
    assert (float(table[0]["val_accuracy"]), float(table[0]["seconds"])) == (0.6, 1.5)


def test_a_run_without_epochs_and_no_run_at_all_leave_the_head_alone(make):
    run = make(0)
    assert rows(curves_csv([run], {run.id: "run"})) == []
    assert curves_csv([], {}).startswith("run,id,model,seed,epoch,")
    assert table_csv([]).strip() == ""


def test_the_table_keeps_shares_and_leaves_the_unknown_empty(make):
    run = make()
    (row,) = rows(table_csv(build_table([run], {run.id: "mine"})))
    assert row["run"] == "mine"
    assert float(row["best_val_accuracy"]) == 0.6
    assert row["test_accuracy"] == ""


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2", "@SUM(A1)"])
def test_a_name_can_not_become_a_formula_of_a_spreadsheet(make, name):
    run = make(1)
    for text in (curves_csv([run], {run.id: name}), table_csv(build_table([run], {run.id: name}))):
        assert rows(text)[0]["run"] == f"'{name}"


def test_commas_quotes_and_line_breaks_in_a_name_stay_in_its_cell(make):
    run, name = make(1), 'a, "b"\nc'
    assert rows(curves_csv([run], {run.id: name}))[0]["run"] == name
