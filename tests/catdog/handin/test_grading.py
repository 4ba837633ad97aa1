"""What a teacher sees of honest and of forged hand-ins."""

import json
import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from catdog.errors import DataError, RunError, UsageError
from catdog.handin import choose_runs, grade_folder, grades_csv, grades_json
from catdog.lessons.checks import Workspace, check_task
from catdog.lessons.progress import UNKNOWN, LessonProgress, Progress
from catdog.lessons.reader import read_course


def inside(run, file):
    return f"runs/{run.id}/{file}"


def test_an_honest_hand_in_has_scores_and_no_finding(make, hand_in_whole, grade, data):
    runs = [make("model1"), make("model4", seed=2)]
    path = hand_in_whole("Ada", runs)
    assert {"report.html", "notebook.ipynb"} <= set(zipfile.ZipFile(path).namelist())
    row = grade(path)["Ada"]
    assert row.all_findings == ()
    assert row.error == ""
    assert len(row.runs) == 2
    best = max(runs, key=lambda run: run.selection_accuracy)
    assert (row.best.model, row.best.test_accuracy) == (best.config.model, best.test_accuracy)
    assert row.best.rescored == pytest.approx(best.test_accuracy)
    assert row.best.images == len(data.catalog.indices("test"))


def test_a_run_whose_notebook_can_not_be_written_is_handed_in_without(make, hand_in, grade, monkeypatch):
    def fail(*arguments):
        raise RunError("The answers are damaged: train it again.")

    monkeypatch.setattr("catdog.handin.archive.render_notebook", fail)
    path = hand_in("Ada", [make()])
    assert "notebook.ipynb" not in zipfile.ZipFile(path).namelist()
    assert grade(path)["Ada"].all_findings == ()


def change_evaluation(run):
    scores = json.loads(run.files.evaluation.read_text())
    scores["test"]["accuracy"] = 0.999
    return {inside(run, "evaluation.json"): json.dumps(scores).encode()}


def change_status(run):
    status = json.loads(run.files.status.read_text())
    status["best_val_accuracy"] = 0.999
    return {inside(run, "status.json"): json.dumps(status).encode()}


def change_history(run):
    lines = run.files.history.read_text().splitlines()
    cells = lines[2].split(",")
    cells[4] = "0.999"
    lines[2] = ",".join(cells)
    return {inside(run, "history.csv"): "\n".join(lines).encode()}


def cut_history(run):
    return {inside(run, "history.csv"): "\n".join(run.files.history.read_text().splitlines()[:3]).encode()}


def slow_history(run):
    lines = run.files.history.read_text().splitlines()
    cells = lines[1].split(",")
    cells[1] = "90000"
    lines[1] = ",".join(cells)
    return {inside(run, "history.csv"): "\n".join(lines).encode()}


def change_predictions(run):
    head, *lines = run.files.predictions.read_text().splitlines()
    rows = [line.split(",") for line in lines]
    for row in rows:
        row[2] = "0.99" if row[1] == "1" else "0.01"
    return {inside(run, "predictions.csv"): "\n".join([head, *map(",".join, rows)]).encode()}


def improve_predictions(run, improve):
    """Make each wrong row right as `improve` does it, and the scores follow."""
    head, *lines = run.files.predictions.read_text().splitlines()
    rows = [line.split(",") for line in lines]
    rows = [improve(row) if (float(row[2]) > 0.5) != (row[1] == "1") and row[3] == "test" else row for row in rows]
    scores = json.loads(run.files.evaluation.read_text())
    scores["test"]["accuracy"] = 1.0
    return {
        inside(run, "predictions.csv"): "\n".join([head, *(",".join(row) for row in rows if row)]).encode(),
        inside(run, "evaluation.json"): json.dumps(scores).encode(),
    }


def change_labels(run):
    return improve_predictions(run, lambda row: [row[0], str(1 - int(row[1])), *row[2:]])


def drop_wrong_rows(run):
    return improve_predictions(run, lambda row: None)


def call_wrong_rows_excluded(run):
    return improve_predictions(run, lambda row: [*row[:3], "excluded"])


def score_training_images(run):
    text = run.files.predictions.read_text().replace(",training", ",test")
    return {inside(run, "predictions.csv"): text.encode()}


def change_model(run):
    return {inside(run, "model.tflite"): b"another model"}


def damage_model(run):
    return {inside(run, "model.tflite"): b"damaged"}


@pytest.mark.parametrize(
    ("forge", "sentence"),
    [
        (change_evaluation, "evaluation.json says 99.90% for test, but predictions.csv gives "),
        (change_status, "status.json says that the best validation accuracy was 99.90%, history.csv "),
        (change_history, "history.csv says 99.90% on validation images for the epoch that was kept"),
        (cut_history, "history.csv has 2 epochs of the 4 in the settings."),
        (slow_history, "Its epochs took 90000 s, but the run ended "),
        (change_predictions, "evaluation.json says "),
        (change_labels, "predictions.csv has other labels than the data for "),
        (drop_wrong_rows, "predictions.csv leaves out "),
        (call_wrong_rows_excluded, "predictions.csv leaves out "),
        (score_training_images, "predictions.csv counts 24 of "),
        (change_model, "model.tflite is not the file that was scored when the training ended."),
        (damage_model, "The model ended the process that asked it: its file is damaged."),
    ],
)
def test_a_forged_file_is_found_with_both_numbers(make, hand_in, rewrite, grade, forge, sentence):
    run = make()
    path = rewrite(hand_in("Eve", [run]), forge(run))
    findings = grade(path)["Eve"].all_findings
    assert any(sentence in finding for finding in findings)
    assert any("was changed after the hand-in was made." in finding for finding in findings)


def test_predictions_of_another_model_are_found_by_asking(make, hand_in, grade, settings, data):
    run = make()
    tests = data.catalog.indices("test")
    np.savez(settings.home / "honest.npz", **{run.id: 1 - run.predictions().of_split("test").probabilities})
    row = grade(hand_in("Eve", [run]))["Eve"]
    assert any(f"of {len(tests)} images otherwise than predictions.csv says" in text for text in row.all_findings)
    assert row.best.rescored == pytest.approx(1 - row.best.test_accuracy)


def test_a_run_in_two_hand_ins_is_told_on_both_sides(make, hand_in, grade):
    shared, own = make(), make("model2", seed=3)
    rows = grade(hand_in("Ada", [shared, own]), hand_in("Bob", [shared]))
    assert rows["Ada"].all_findings == ("model1 number 1: It is the same training as one that was handed in by Bob.",)
    assert rows["Bob"].all_findings == ("model1 number 1: It is the same training as one that was handed in by Ada.",)


def test_a_copied_model_is_found_under_other_settings(make, hand_in, grade):
    first, second = make(), make("model2", seed=3)
    shutil.copyfile(first.files.tflite, second.files.tflite)
    second.files.note_scored(second.files.tflite)
    rows = grade(hand_in("Ada", [first]), hand_in("Bob", [second]))
    assert any("byte for byte, one that was handed in by Ada." in finding for finding in rows["Bob"].all_findings)


def test_a_run_of_somebody_else_is_told(make, hand_in, grade):
    run = make()
    run.files.add_to_config(acts=[{"what": "started", "by": "bob@example.org", "at": 1.0}])
    assert grade(hand_in("Ada", [run], person="ada@example.org"))["Ada"].all_findings == (
        "model1 number 1: It was started by somebody else.",
    )
    assert grade(hand_in("Bob", [run], person="bob@example.org"))["Bob"].all_findings == ()


@pytest.fixture
def first_lesson(settings, data):
    """The first lesson, and a progress in which all of its tasks are passed with right answers."""
    lesson = read_course().lessons[0]
    workspace = Workspace([], data.catalog, settings)
    answers = {"training_images": 24, "test_images": len(data.catalog.indices("test"))}
    for task in lesson.tasks:
        if task.check.asks == "choice":
            answers[task.name] = next(
                option for option in task.check.options if check_task(task, workspace, option).passed
            )
    passed = {task.name: {} for task in lesson.tasks}
    return lesson, LessonProgress(1.0, 2.0, 50.0, answers, passed, {"test_images": 2})


def test_answers_are_looked_at_again_and_the_prediction_is_judged(make, hand_in, grade, first_lesson):
    lesson, done = first_lesson
    row = grade(hand_in("Ada", [make()], Progress({lesson.name: done})))["Ada"]
    count = len(lesson.tasks)
    assert (row.lessons_done, row.tasks_confirmed, row.tasks_passed) == (1, count, count)
    assert (row.predictions_right, row.predictions_made, row.hints) == (1, 1, 2)
    (graded,) = row.lessons
    assert graded.prediction == "50.0"
    assert [task.confirmed for task in graded.tasks] == [True] * count


def test_a_task_that_is_only_marked_as_passed_does_not_count(make, hand_in, grade, first_lesson):
    lesson, done = first_lesson
    done.answers["training_images"] = 7
    row = grade(hand_in("Eve", [make()], Progress({lesson.name: done})))["Eve"]
    assert (row.lessons_done, row.tasks_confirmed, row.tasks_passed) == (0, len(lesson.tasks) - 1, len(lesson.tasks))
    assert row.predictions_made == 0


def test_who_does_not_know_has_made_no_prediction(make, hand_in, grade, first_lesson):
    lesson, done = first_lesson
    row = grade(hand_in("Ada", [make()], Progress({lesson.name: replace(done, prediction=UNKNOWN)})))["Ada"]
    assert (row.lessons_done, row.predictions_right, row.predictions_made) == (1, 0, 0)


def test_a_file_that_is_no_hand_in_costs_only_its_own_row(make, hand_in, grade, tmp_path):
    junk = tmp_path / "junk.zip"
    junk.write_bytes(b"no zip")
    rows = grade(junk, hand_in("Ada", [make()]))
    assert rows["junk"].error.startswith("junk.zip is no hand-in that can be read.")
    assert rows["Ada"].error == ""


def test_the_table_as_csv_holds_no_formula_and_as_json_all_keys(make, hand_in, grade):
    rows = list(grade(hand_in("=SUM(A1)", [make()])).values())
    lines = grades_csv(rows).splitlines()
    assert lines[1].startswith("'=SUM(A1)")
    assert len(lines) == 2
    (values,) = grades_json(rows)
    assert values["best"]["model"] == "model1"
    assert json.loads(json.dumps(values))["runs"][0]["findings"] == []


def test_no_file_and_too_many_are_refused(settings, data):
    with pytest.raises(DataError, match="There are 0 hand-ins"):
        grade_folder([], settings, "drawn")


def test_without_a_choice_the_best_run_of_each_model_is_handed_in(make):
    runs = [make("model1", seed) for seed in (1, 2)] + [make("model4", 3)]
    chosen = choose_runs(runs)
    assert [run.config.model for run in chosen] == ["model1", "model4"]
    assert chosen[0].selection_accuracy == max(run.selection_accuracy for run in runs[:2])


def test_a_hand_in_needs_a_name_and_finished_runs(make, hand_in):
    run = make()
    with pytest.raises(UsageError, match="has no name"):
        hand_in("  ", [run])
    with pytest.raises(UsageError, match="1 to 20 runs, not 0"):
        hand_in("Ada", [])
    run.files.tflite.unlink()
    with pytest.raises(UsageError, match="hand in runs that have finished"):
        hand_in("Ada", [run])
