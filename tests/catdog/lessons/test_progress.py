"""A person's progress: written whole, kept apart, never lost, and readable only where it is right."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest

from catdog.errors import DataError, UsageError
from catdog.lessons.progress import LessonProgress, Progress, from_json, read_progress, to_json, update_progress
from catdog.lessons.reader import read_course
from catdog.lessons.steps import (
    open_hint,
    record_outcome,
    record_prediction,
    set_current,
    set_hidden,
    start_lesson,
)

ANN, BEN = "ann@school.org", "browser:" + "0" * 32
LESSON = read_course().lessons[0]
FULL = Progress(
    {
        "a": LessonProgress(1.0, 9.0, "yes", {"t": 5, "u": "x"}, {"t": {"run": "r", "curve": [50.0, 61.5]}}, {"t": 2}),
        "b": LessonProgress(2.0, None, [[1, 0.5], [20, 0.8]]),
    },
    current="b",
    hidden=True,
)


def test_somebody_new_has_no_progress_and_no_file(tmp_path):
    assert read_progress(tmp_path / "progress", ANN) == Progress()
    assert not (tmp_path / "progress").exists()


def test_progress_survives_and_persons_are_kept_apart(tmp_path):
    update_progress(tmp_path, ANN, lambda before: FULL)
    update_progress(tmp_path, BEN, lambda before: start_lesson(before, "b", now=3.0))
    assert read_progress(tmp_path, ANN) == FULL
    assert list(read_progress(tmp_path, BEN).lessons) == ["b"]
    assert not any("ann" in path.name for path in tmp_path.iterdir())


def test_two_tabs_at_once_lose_nothing(tmp_path):
    def open_one(number):
        update_progress(tmp_path, ANN, lambda before: start_lesson(before, f"lesson{number}", now=1.0))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(open_one, range(24)))
    assert len(read_progress(tmp_path, ANN).lessons) == 24


def test_a_damaged_file_is_kept_aside_and_told(tmp_path):
    update_progress(tmp_path, ANN, lambda before: FULL)
    path = next(tmp_path.glob("*.json"))
    path.write_text('{"lessons": ')
    progress = read_progress(tmp_path, ANN)
    kept = next(tmp_path.glob("*-damaged-*.json"))
    assert kept.read_text() == '{"lessons": '
    assert kept.name in progress.fault
    assert replace(progress, fault="") == Progress()
    assert read_progress(tmp_path, ANN).fault == progress.fault  # until a task is passed
    after = update_progress(tmp_path, ANN, lambda before: record_outcome(before, LESSON, "pixels", "x", True, {}))
    assert after.fault == ""


def test_a_change_that_fails_leaves_the_file_as_it_was(tmp_path):
    update_progress(tmp_path, ANN, lambda before: FULL)
    with pytest.raises(ZeroDivisionError):
        update_progress(tmp_path, ANN, lambda before: 1 / 0)
    with pytest.raises(UsageError, match="too long"):
        update_progress(tmp_path, ANN, lambda before: record_prediction(before, "a", "x") and _with_long_answer(before))
    assert read_progress(tmp_path, ANN) == FULL


def _with_long_answer(progress):
    return replace(progress, lessons={"a": LessonProgress(answers={"t": "x" * 6000})})


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="can't be stored"):
        update_progress(tmp_path / "file" / "progress", ANN, lambda before: FULL)


def test_progress_can_be_taken_along():
    values = json.loads(json.dumps(to_json(FULL)))
    assert from_json(values) == FULL
    assert "fault" not in values


@pytest.mark.parametrize(
    "change",
    [
        lambda values: [],
        lambda values: values | {"version": 99},
        lambda values: values | {"hidden": 1},
        lambda values: values | {"lessons": []},
        lambda values: values | {"lessons": {"a": 5}},
        lambda values: values | {"lessons": {"a": {"started": "now"}}},
        lambda values: values | {"lessons": {"a": {"passed": {"t": "yes"}}}},
        lambda values: values | {"lessons": {"a": {"hints": {"t": -1}}}},
        lambda values: values | {"lessons": {"a": {"prediction": {"x": 1}}}},
        lambda values: values | {"lessons": {"a": {"prediction": [[1, float("nan")]]}}},
        lambda values: values | {"lessons": {"a": {"answers": {"t": float("inf")}}}},
        lambda values: values | {"lessons": {"a": {"answers": {"t": "x" * 6000}}}},
        lambda values: values | {"lessons": {"a": {"answers": {"t": list(range(60_000))}}}},
        lambda values: values | {"lessons": {"a": {"answers": {"t": [[[[[[[[[[1]]]]]]]]]]}}}},
        lambda values: values | {"lessons": {f"lesson{number}": {} for number in range(300)}},
        lambda values: values | {"current": "x" * 100},
    ],
)
def test_a_file_of_anybody_is_checked(change):
    with pytest.raises(DataError):
        from_json(change(to_json(FULL)))


def test_a_task_that_was_passed_stays_passed():
    progress = record_outcome(Progress(), LESSON, "pixels", "a", True, {"n": 1}, now=1.0)
    again = record_outcome(progress, LESSON, "pixels", "b", False, {}, now=2.0)
    assert again == progress
    assert again.of(LESSON.name).passed == {"pixels": {"n": 1}}
    assert again.of(LESSON.name).finished is None


def test_a_lesson_is_finished_with_its_last_task():
    progress = Progress()
    for moment, task in enumerate(LESSON.tasks, 1):
        progress = record_outcome(progress, LESSON, task.name, None, True, {}, now=float(moment))
    assert progress.of(LESSON.name).finished == len(LESSON.tasks)
    assert progress.of(LESSON.name).started == 1.0


def test_a_wrong_answer_is_noted_and_passes_nothing():
    progress = record_outcome(Progress(), LESSON, "pixels", "x", False, {}, now=1.0)
    assert progress.of(LESSON.name).answers == {"pixels": "x"}
    assert progress.of(LESSON.name).passed == {}


def test_a_prediction_stays_once_a_task_is_passed():
    first = record_prediction(Progress(), LESSON.name, 40, now=1.0)
    changed = record_prediction(first, LESSON.name, 50)
    assert changed.of(LESSON.name).prediction == 50
    passed = record_outcome(changed, LESSON, "pixels", "x", True, {})
    assert record_prediction(passed, LESSON.name, 60).of(LESSON.name).prediction == 50


def test_hints_current_lesson_and_the_strip_are_kept():
    hinted = partial(open_hint, lesson="a", task="t")
    progress = hinted(hinted(Progress(), count=2), count=1)
    assert progress.of("a").hints == {"t": 2}
    assert set_current(progress, "a").current == "a"
    assert set_hidden(progress, True).hidden
    assert not start_lesson(set_hidden(progress, True), "a").hidden
