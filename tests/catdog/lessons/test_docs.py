"""docs/lessons.md: its example works as it stands, and it names everything that a lesson file can have."""

import re

import pytest

from catdog.lessons.checks import check_task
from catdog.lessons.conditions import SETTINGS
from catdog.lessons.explanation import explain
from catdog.lessons.lesson import CHECKS, PAGES, PREDICTIONS
from catdog.lessons.measures import MEASURES, describe_run
from catdog.lessons.progress import Progress
from catdog.lessons.reader import read_course
from catdog.lessons.steps import record_outcome, record_prediction
from catdog.lessons.templates import FILTERS, TESTS
from catdog.settings import PROJECT

TEXT = (PROJECT / "docs" / "lessons.md").read_text(encoding="utf-8")


def test_the_example_can_be_played(tmp_path, make_run, workspace):
    example = re.search(r"```markdown\n(.*?)```", TEXT, re.DOTALL)[1]
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "10-less-data.md").write_text(example, encoding="utf-8")
    course = read_course(tmp_path / "own")
    assert course.faults == ()
    lesson = course.lesson("less-data")
    here = workspace(make_run("model3", val_accuracy=0.62, fraction=0.1), make_run("model3", val_accuracy=0.75))
    progress = record_prediction(Progress(), lesson.name, "It falls by 3 points or more")
    for task, answer in zip(lesson.tasks, (None, "A few images are memorized more easily"), strict=True):
        outcome = check_task(task, here, answer)
        assert outcome.passed, outcome.reason
        progress = record_outcome(progress, lesson, task.name, answer, True, outcome.evidence)
    text = explain(lesson, progress.of(lesson.name), here)
    assert "ended at 75.0%, with fewer at\n62.0%." in text
    assert "changed by −13.0 points, so you were right." in text


@pytest.mark.parametrize("names", [CHECKS, PREDICTIONS, PAGES, SETTINGS, MEASURES, FILTERS, TESTS])
def test_every_word_of_a_lesson_file_is_documented(names):
    assert [name for name in names if not re.search(rf"`{name}\b[^`]*`", TEXT)] == []


def test_the_facts_of_a_run_are_those_of_its_card(make_run):
    card = describe_run(make_run())
    listed = re.search(r"With one run, (.*?) With two runs", TEXT, re.DOTALL)[1]
    assert set(re.findall(r"`(\w+)`", listed)) <= set(card)
