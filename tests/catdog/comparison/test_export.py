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
        write_history(run.files.history, [Epoch(one, 1.5, 0.5, 0.7, 0.6, 0.65, 0.001) for one in range(1, epochs + 1)])
        run.files.write_status(replace(run.status, state="done", best_val_accuracy=0.6, best_epoch=1))
        return open_run(settings, run.id)

    return make


def rows(text):
    """The rows of a CSV as dictionaries."""
    return list(csv.DictReader(io.StringIO(text)))


def test_every_epoch_of_every_run_is_a_row(make):
    one, two = make(2), make(1)
    found = rows(curves_csv([one, two], {one.id: "first", two.id: "second"}))
    assert [(row["run"], row["epoch"]) for row in found] == [("first", "1"), ("first", "2"), ("second", "1")]
    assert found[0]["id"] == one.id
    assert (found[0]["model"], found[0]["seed"]) == ("model4", "7")
    assert (float(found[0]["val_accuracy"]), float(found[0]["seconds"])) == (0.6, 1.5)


def test_a_run_without_epochs_and_no_run_at_all_leave_the_head_alone(make):
    run = make(0)
    assert rows(curves_csv([run], {run.id: "run"})) == []
    assert curves_csv([], {}).startswith("run,id,model,seed,epoch,")
    assert table_csv([]).strip() == ""


def test_the_table_has_its_shares_as_they_are_and_nothing_for_what_is_unknown(make):
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
