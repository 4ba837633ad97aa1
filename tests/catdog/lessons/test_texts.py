"""The lessons that come with the program: each can be read, done and explained, on photos and on other data."""

import re
from dataclasses import replace

import pytest

from catdog.errors import UsageError
from catdog.lessons.checks import Workspace, check_task
from catdog.lessons.explanation import explain
from catdog.lessons.judging import judge_prediction
from catdog.lessons.lesson import PAGES
from catdog.lessons.links import fill_params
from catdog.lessons.measures import LONGEST_CURVE, describe_run
from catdog.lessons.progress import Progress
from catdog.lessons.reader import TEXTS, read_course
from catdog.lessons.steps import record_outcome, record_prediction
from catdog.settings import PROJECT, Settings
from catdog.training.reporter import NOT_A_NUMBER
from tests.catdog.lessons.conftest import make_catalog, run_maker

COURSE = read_course()
LONGEST_SENTENCE = 25  # words
PREDICTIONS = {  # of each lesson: right and wrong
    "look-at-the-data": (50, 90),
    "first-cnn": ([[1, 0.6], [20, 0.65]], [[1, 0.6], [20, 0.95]]),
    "augmentation": ("It becomes smaller by 5 points or more", "It becomes larger by 5 points or more"),
    "preprocessing": ("It falls by 3 points or more", "It rises by 3 points or more"),
    "transfer-learning": (99, 70),
    "unseen-photos": (95, 60),
    "learning-rate": (
        "It falls by 3 points or more, since large steps miss the goal",
        "It rises by 3 points or more, since large steps learn faster",
    ),
    "threshold": (
        "It misses more images of the second class, and raises fewer false alarms",
        "Both kinds of mistakes become fewer",
    ),
    "test-set": ("More than 5 points", "Less than 1 point"),
}
ANSWERS = {
    "training_images": 40,
    "test_images": "20",
    "read_gap": 34.0,
    "parameters": 1281,
    "photo": "test/cats/3.jpg",
    "accuracy": 95,
    "mistakes": 1,
    "missed_before": 0,
    "missed_after": 10,
    "false_alarms_after": 0,
    "read": 100,
    "test_accuracy": 100,
}
WRONG_ONE = {"transfer-learning": "test/cats/3.jpg", "unseen-photos": "test/cats/1.jpg"}


def make_runs(make_run, on, failed=False):
    """Make all runs of the course, the newest first."""
    flips = {"flip": "horizontal_and_vertical", "rotation": 0.25}
    high = {"state": "failed", "error": f"{NOT_A_NUMBER} in epoch 3", "curve": [0.5, 0.5]} if failed else {}
    seed = tuple(path for path in on.paths if path.startswith("validation/cats"))
    return [
        make_run("model1", val_accuracy=0.5, learning_rate=1e-6, epochs=10, accuracy=0.51, on=on),
        make_run("model1", val_accuracy=0.5, learning_rate=0.01, epochs=10, accuracy=0.5, on=on, **high),
        make_run("model1", val_accuracy=0.6, epochs=10, on=on),
        make_run("model1", seed=2, wrong=seed, on=on),
        make_run("model1", accuracy=0.66, val_accuracy=0.64, on=on, **flips),
        make_run("model1", wrong=("test/cats/3.jpg",), on=on),
        make_run("model2", accuracy=0.68, val_accuracy=0.67, on=on),
        make_run("model3", accuracy=0.7, val_accuracy=0.7, scaling=False, on=on),
        make_run("model3", accuracy=0.76, val_accuracy=0.75, sure=0.7, on=on),
        make_run("model4", accuracy=0.92, val_accuracy=0.97, wrong=("test/cats/1.jpg",), on=on),
    ]


def play(lesson, workspace, prediction):
    """Do a whole lesson with right answers; return its progress."""
    progress = record_prediction(Progress(), lesson.name, prediction)
    for task in lesson.tasks:
        answer = ANSWERS.get(task.name)
        if task.check.kind == "photo":
            answer = WRONG_ONE[lesson.name]
        if task.check.asks == "choice":
            answer = next(option["text"] for option in task.check.values["options"] if option["right"])
        outcome = check_task(task, workspace, answer)
        assert outcome.passed, (task.name, outcome.reason)
        progress = record_outcome(progress, lesson, task.name, answer, outcome.passed, outcome.evidence)
    assert progress.of(lesson.name).finished
    return progress.of(lesson.name)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A workspace with all runs of the course, on photos; do not change it."""
    settings = Settings(home=tmp_path_factory.mktemp("photos"))
    catalog = make_catalog(settings.home)
    return Workspace(make_runs(run_maker(settings, catalog), catalog), catalog, settings)


@pytest.fixture(scope="module")
def drawings(tmp_path_factory):
    """A workspace with all runs of the course, one of them failed, on drawn images of other classes."""
    settings = Settings(home=tmp_path_factory.mktemp("drawings"))
    catalog = make_catalog(settings.home)
    drawn = replace(catalog, source="drawn", classes=("*bees*", "wasps_1"), fingerprint="d" * 16)
    return Workspace(make_runs(run_maker(settings, catalog), drawn, failed=True), drawn, settings)


def test_all_lessons_can_be_read():
    assert COURSE.faults == ()
    assert [lesson.name for lesson in COURSE.lessons] == list(PREDICTIONS)
    assert len(list(TEXTS.iterdir())) == len(PREDICTIONS)


@pytest.mark.parametrize("name", PREDICTIONS)
def test_a_right_and_a_wrong_prediction_are_explained(name, photos):
    lesson = COURSE.lesson(name)
    texts = []
    for prediction, right in zip(PREDICTIONS[name], (True, False), strict=True):
        progress = play(lesson, photos, prediction)
        judged, verdict = judge_prediction(lesson, progress.prediction, progress.passed, photos)
        assert judged is right, verdict
        texts.append(explain(lesson, progress, photos))
        assert texts[-1].startswith("## What you have found")
        assert verdict in texts[-1]
        assert "None" not in texts[-1]
        assert not re.search(r"\d\.\d{3}", texts[-1].replace("0.0001", "").replace("0.000001", "")), texts[-1]
    assert texts[0] != texts[1]


@pytest.mark.parametrize("name", PREDICTIONS)
def test_it_works_on_drawn_images_and_other_classes(name, drawings):
    text = explain(COURSE.lesson(name), play(COURSE.lesson(name), drawings, PREDICTIONS[name][0]), drawings)
    assert "reference course" not in text
    assert not re.search(r"\b(cats?|dogs?|photos of)\b", text.replace("test/cats/", ""))
    assert "*bees*" not in text.replace(r"\*bees\*", "")


@pytest.mark.parametrize("name", PREDICTIONS)
def test_without_a_prediction_it_is_explained_too(name, photos):
    lesson = COURSE.lesson(name)
    text = explain(lesson, replace(play(lesson, photos, PREDICTIONS[name][0]), prediction=None), photos)
    assert "You made no prediction here" in text


@pytest.mark.parametrize("name", PREDICTIONS)
def test_explanations_do_not_need_the_runs_any_more(name, photos):
    lesson = COURSE.lesson(name)
    progress = play(lesson, photos, PREDICTIONS[name][0])
    assert explain(lesson, progress, replace(photos, runs=[])) == explain(lesson, progress, photos)


@pytest.mark.parametrize("name", PREDICTIONS)
def test_without_runs_nothing_passes_that_needs_one(name, workspace):
    for task in COURSE.lesson(name).tasks:
        if task.check.kind in ("run", "runs", "photo") or "of" in task.check.values:
            outcome = check_task(task, workspace(), 1)
            assert not outcome.passed
            assert "You have no run of model" in outcome.reason


def test_an_unfinished_lesson_says_what_comes_next(photos):
    lesson = COURSE.lesson("first-cnn")
    text = explain(lesson, Progress().of(lesson.name), photos)
    assert text.endswith("The next one is: Train model1 for 20 epochs.")


def test_a_button_leads_to_the_students_own_runs(photos, workspace):
    task = COURSE.lesson("first-cnn").task("read_gap")
    by_model = {run.config.model: run.id for run in reversed(photos.runs)}
    assert fill_params(task, photos) == {"run": by_model["model1"]}
    assert fill_params(task, workspace()) == {}
    both = fill_params(COURSE.lesson("transfer-learning").task("photo"), photos)
    assert both == {"run": [by_model["model1"], by_model["model4"]], "of": "test", "show": "runs disagree"}


def list_texts():
    """Return every text of every lesson with where it stands."""
    for lesson in COURSE.lessons:
        parts = [lesson.goal, lesson.prediction.question, *lesson.prediction.options]
        for task in lesson.tasks:
            parts += [task.title, task.text, task.button, *task.hints]
            for option in task.check.values.get("options", ()):
                parts += [option["text"], option["reason"]]
        tables_out = [line for line in lesson.explanation.splitlines() if not line.startswith(("|", "{%"))]
        parts += re.split(r"\n\n+", "\n".join(tables_out))
        yield from ((lesson.name, part) for part in parts)


def test_sentences_are_short_enough_to_be_read_aloud():
    long = []
    for name, text in list_texts():
        plain = re.sub(r"\{%.*?%\}", "", re.sub(r"\{\{.*?\}\}", "7", text, flags=re.DOTALL))
        for sentence in re.split(r"(?<=[.?!])\s+", " ".join(plain.replace("**", "").split())):
            if len(sentence.split()) > LONGEST_SENTENCE:
                long.append((name, sentence))
    assert long == []


def test_texts_name_no_class_and_no_other_things_than_the_pages_do():
    words = re.compile(r"\b(cats?|dogs?|pictures?|notebook|published)\b", re.IGNORECASE)
    assert [(name, text) for name, text in list_texts() if words.search(text)] == []


def test_every_task_has_two_hints_and_a_page():
    for lesson in COURSE.lessons:
        for task in lesson.tasks:
            assert len(task.hints) == 2
            assert task.page in PAGES


def test_evidence_that_does_not_fit_is_one_sentence(photos):
    lesson = COURSE.lesson("augmentation")
    progress = Progress().of(lesson.name)
    passed = {task.name: {"first": "x", "second": {}} for task in lesson.tasks}
    with pytest.raises(UsageError, match="The explanation of the lesson augmentation can't be filled in"):
        explain(lesson, replace(progress, passed=passed), photos)


def test_the_evidence_of_very_long_trainings_can_be_kept(make_run):
    assert len(describe_run(make_run(epochs=900))["curve"]) == LONGEST_CURVE


def test_what_a_task_quotes_stands_on_a_page():
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "pages").rglob("*.py"))
    labels = " ".join(sources.replace('"\n', "").split())
    texts = [text for lesson in COURSE.lessons for task in lesson.tasks for text in (task.text, *task.hints)]
    quoted = {words for text in texts for words in re.findall("“(.*?)”", " ".join(text.split()))}
    assert {words for words in quoted if words not in labels} == set()
    assert len(quoted) > 10
