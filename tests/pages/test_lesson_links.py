"""Where the lessons' buttons lead: every page takes every query parameter that a lesson names."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.synthetic_runs import make_finished_run, write_predictions
from catdog.datasets import open_catalog
from catdog.lessons.checks import Workspace, check_task
from catdog.lessons.lesson import Task
from catdog.lessons.links import fill_params
from catdog.lessons.reader import read_course
from catdog.models.specs import MODELS
from catdog.runs import open_run
from catdog.training.history import Epoch, write_history
from tests.pages.conftest import button


def list_links() -> dict[str, list[Task]]:
    """Return, for each page that the lessons lead to, a task for each different place on it."""
    tasks = [task for lesson in read_course().lessons for task in lesson.tasks]
    places = {f"{task.page} {dict(task.params)}": task for task in tasks}.values()
    return {page: [task for task in places if task.page == page] for page in sorted({task.page for task in places})}


@pytest.mark.parametrize("page", list_links())
def test_a_page_takes_the_parameters_of_the_lessons(page, app, place):
    catalog = open_catalog(place, "drawn")
    runs = []
    for model in MODELS:
        run = make_finished_run(place, model, seed=1, epochs=3)
        write_predictions(run, catalog)
        runs.append(open_run(place, run.id))
    for task in list_links()[page]:
        params = fill_params(task, Workspace(runs, catalog, place))
        assert set(params) == set(task.params)
        _check(app(page, **params), task, params)


def _check(test: AppTest, task: Task, params: dict) -> None:
    """Check that a page which an address has opened has everything set as the address says."""
    assert [warning.value for warning in test.warning] == []
    assert not test.error
    ids = params.pop("run", [])
    if ids:
        key = {"evaluate": "judged", "compare": "compared"}[task.page]
        assert test.session_state[key] == ([ids] if isinstance(ids, str) else ids)
    if "models" in params:
        assert test.session_state[f"tick-{params.pop('models')}"]
    for name, value in params.items():
        chosen = test.session_state[name]
        assert chosen == (type(chosen)(value) if isinstance(chosen, int | float) else value)


def test_a_lesson_leaves_nothing_of_earlier_choices_set(app):
    test = app("train", models="model3", epochs="50", learning_rate="0.5", pixels="raw", recipe="tuned")
    test.switch_page("lesson.py")
    test.query_params = {"lesson": "learning-rate"}
    test.run()
    button(test, "I don't know").click().run()
    button(test, "Train with the usual rate").click().run()
    assert [test.session_state[name] for name in ("epochs", "learning_rate", "pixels", "recipe")] == [
        *(10, None, "the recipe's own", "steady"),
    ]
    assert [test.session_state[f"tick-{name}"] for name in MODELS] == [True, False, False, False]


def test_what_the_buttons_start_is_what_the_checks_look_for(app, place, started):
    catalog, runs = open_catalog(place, "drawn"), []
    for task in (task for lesson in read_course().lessons for task in lesson.tasks if task.page == "train"):
        test = app("train", **fill_params(task, Workspace(runs, catalog, place)))
        button(test, "Start training").click().run()
        assert not test.exception
        run = open_run(place, started[-1])
        history = [Epoch(number, 1.0, 0.9, 0.3, 0.7, 0.6, 0.001) for number in range(1, run.config.epochs + 1)]
        write_history(run.files.history, history)
        run.files.write_status(replace(run.status, state="done", best_val_accuracy=0.7, best_epoch=1))
        write_predictions(open_run(place, run.id), catalog)
        runs.insert(0, open_run(place, run.id))
        outcome = check_task(task, Workspace(runs, catalog, place))
        assert outcome.passed, outcome.reason
        assert run.id in str(outcome.evidence)
    assert len(runs) > 8
