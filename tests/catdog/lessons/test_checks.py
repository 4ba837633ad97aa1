"""Every kind of check: a right case, wrong cases, and that the reason says what was seen."""

from dataclasses import replace

import pytest

from catdog.lessons.checks import check_task
from catdog.training.reporter import NOT_A_NUMBER
from tests.catdog.lessons.conftest import make_task

TRAIN = {
    "kind": "run",
    "model": "model1",
    "measures": {"gap": {"min": 15, "advice": "train it for 20 epochs so that it has time to memorize."}},
}
ANY_RUN = {"kind": "run", "model": "model4"}


def test_a_run_that_fulfils_the_conditions_passes_with_its_numbers(make_run, workspace):
    run = make_run(accuracy=0.99, val_accuracy=0.65)
    outcome = check_task(make_task(**TRAIN), workspace(run))
    assert outcome.passed
    assert outcome.reason == "Your model1 has a gap of 34.0 points after 20 epochs."
    assert outcome.evidence["run"] == run.id
    assert outcome.evidence["gap"] == 34.0


def test_a_run_that_does_not_says_what_was_seen_and_what_to_do(make_run, workspace):
    outcome = check_task(make_task(**TRAIN), workspace(make_run(accuracy=0.7, val_accuracy=0.61, epochs=5)))
    assert not outcome.passed
    assert outcome.reason == (
        "Your model1 has a gap of 9.0 points after 5 epochs; this task needs at least 15.0 points. Train it for 20 "
        "epochs so that it has time to memorize."
    )
    assert outcome.evidence == {}


def test_any_of_several_runs_is_enough_and_a_newer_one_takes_nothing_away(make_run, workspace):
    good, bad = make_run(accuracy=0.99), make_run(accuracy=0.66)
    outcome = check_task(make_task(**TRAIN), workspace(bad, good))
    assert outcome.passed
    assert outcome.evidence["run"] == good.id


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("queued", "is waiting in the queue. Check again when it has finished."),
        ("running", "Your model1 is still training: epoch 3 of 20. Check again when it has finished."),
        ("stopped", "stopped before its last epoch. Resume it"),
        ("interrupted", "stopped before its last epoch. Resume it"),
        ("failed", "failed, so it has no result."),
    ],
)
def test_a_run_that_has_not_finished_says_so(state, words, make_run, workspace):
    run = replace(make_run(epochs=3), state=state)
    run = replace(run, config=replace(run.config, epochs=20))
    outcome = check_task(make_task(**TRAIN), workspace(run))
    assert not outcome.passed
    assert words in outcome.reason


def test_a_quick_run_has_no_curve_and_counts_only_where_none_is_needed(make_run, workspace):
    quick = make_run("model4", quick=True)
    outcome = check_task(make_task(kind="run", model="model4", measures={"gap": {"max": 5}}), workspace(quick))
    assert not outcome.passed
    assert "no learning curve" in outcome.reason
    assert check_task(make_task(**ANY_RUN), workspace(quick)).passed
    assert not check_task(make_task(**ANY_RUN, quick=False), workspace(quick)).passed


def test_runs_on_other_data_do_not_count(make_run, workspace, catalog):
    other = replace(catalog, fingerprint="f" * 16)
    outcome = check_task(make_task(**TRAIN), workspace(make_run(on=other)))
    assert not outcome.passed
    assert "learned from other data than the 100 photos of cats and dogs in use" in outcome.reason


def test_no_run_says_which_to_train(workspace):
    outcome = check_task(make_task(kind="run", model=["model1", "model3"]), workspace())
    assert outcome.reason.startswith("You have no run of model1 or model3 on these images yet.")


@pytest.mark.parametrize(
    ("setting", "condition", "config", "words"),
    [
        ("learning_rate", {"max": 0.0001}, {"learning_rate": 0.01}, "its learning rate is 0.01"),
        (
            "rate",
            {"max": 2},
            {"learning_rate": 0.01},
            "its learning rate is 100 times the usual one; this task needs at most 2 times",
        ),
        ("augmentation", "with", {}, "it was trained without augmentation; this task needs one with augmentation"),
        ("recipe", "published", {}, "its recipe is Steady; this task needs the recipe As published"),
        ("epochs", {"min": 30}, {}, "its number of epochs is 20; this task needs at least 30 epochs"),
        ("scaling", "scaled", {}, "its pixels are raw; this task needs scaled pixels"),
        ("seed", 7, {"seed": 3}, "its seed is 3; this task needs 7"),
        ("share", {"max": 50}, {}, "share of the training data in % is 100; this task needs at most 50.0%"),
        ("fine_tuning", "with", {}, "without fine-tuning"),
        ("batch_size", {"min": 64}, {}, "its batch size is 32"),
    ],
)
def test_settings_are_conditions_too(setting, condition, config, words, make_run, workspace):
    task = make_task(kind="run", model="model1", settings={setting: condition})
    outcome = check_task(task, workspace(make_run(**config)))
    assert not outcome.passed
    assert words in outcome.reason


def test_a_setting_that_fits_passes(make_run, workspace):
    run = make_run(learning_rate=0.01, epochs=5, flip="horizontal")
    settings = {"learning_rate": 0.01, "rate": {"min": 50}, "epochs": {"min": 5, "max": 5}, "augmentation": "with"}
    assert check_task(make_task(kind="run", model="model1", settings=settings), workspace(run)).passed


def test_a_run_that_broke_off_counts_where_the_lesson_says_so(make_run, workspace):
    run = make_run(epochs=2, state="failed", error=f"{NOT_A_NUMBER} in epoch 3")
    assert not check_task(make_task(kind="run", model="model1"), workspace(run)).passed
    outcome = check_task(make_task(kind="run", model="model1", failed=True), workspace(run))
    assert outcome.passed
    assert outcome.evidence["diverged"]


def test_a_condition_for_photos_is_skipped_on_other_data(make_run, workspace, catalog):
    drawn = replace(catalog, source="drawn")
    task = make_task(kind="run", model="model1", measures={"gap": {"min": 15, "photos_only": True}})
    assert not check_task(task, workspace(make_run(accuracy=0.66))).passed
    assert check_task(task, workspace(make_run(accuracy=0.66, on=drawn), on=drawn)).passed


PAIR = {"kind": "runs", "first": {"model": "model1"}, "second": {"model": "model1"}, "differ": ["learning_rate"]}


def test_two_runs_that_differ_in_one_setting_pass(make_run, workspace):
    first, second = make_run(val_accuracy=0.6), make_run(val_accuracy=0.7, learning_rate=0.001)
    outcome = check_task(make_task(**PAIR), workspace(second, first))
    assert outcome.passed
    assert outcome.evidence["second"]["run"] == second.id
    assert outcome.evidence["change"]["end_val_accuracy"] == 10.0
    assert outcome.evidence["chance"] == pytest.approx(20.8, abs=0.2)  # of 40 images


def test_two_runs_that_differ_in_more_are_refused_with_what_differs(make_run, workspace):
    runs = make_run(), make_run(learning_rate=0.001, seed=5)
    outcome = check_task(make_task(**PAIR), workspace(*runs))
    assert not outcome.passed
    assert "Your two runs of model1 also differ in: seed." in outcome.reason


def test_two_runs_alike_are_refused(make_run, workspace):
    outcome = check_task(make_task(**PAIR), workspace(make_run(), make_run()))
    assert "have the same learning rate" in outcome.reason


def test_a_single_run_is_not_two(make_run, workspace):
    assert "this task needs two" in check_task(make_task(**PAIR), workspace(make_run())).reason


def test_two_models_are_compared_where_the_lesson_names_them(make_run, workspace):
    check = {"kind": "runs", "first": {"model": "model1"}, "second": {"model": "model2"}, "differ": ["model"]}
    change = {"gap": {"max": -5, "advice": "train both with the same recipe."}}
    runs = make_run("model1"), make_run("model2", accuracy=0.67)
    assert check_task(make_task(**check, change=change), workspace(*runs)).passed
    outcome = check_task(make_task(**check, change=change), workspace(runs[0], make_run("model2")))
    assert outcome.reason == (
        "The gap went from 34.0 points to 34.0 points; this task needs a fall of at least 5.0 points. Train both "
        "with the same recipe."
    )
    outcome = check_task(make_task(**PAIR | {"second": {"model": "model2"}}), workspace(*runs))
    assert "are different models" in outcome.reason


@pytest.mark.parametrize(
    ("answer", "passed", "words"),
    [
        (95, True, "test accuracy of your model4 is 95.0%"),
        ("95.4 %", True, "95.0%"),
        ("95,4", True, "95.0%"),
        (94.0, True, "95.0%"),
        (90, False, "90.0% is the validation accuracy of your model4. This task asks for the test accuracy."),
        (99.9, False, "is more than the test accuracy"),
        (93, False, "is a little less than the test accuracy"),
        (0.95, False, "Type it in percent"),
        ("many", False, "Type in the test accuracy as a number in percent"),
        (None, False, "Type in the test accuracy"),
        (float("nan"), False, "Type in the test accuracy"),
        (True, False, "Type in the test accuracy"),
        ({}, False, "Type in the test accuracy"),
    ],
)
def test_a_number_is_right_to_a_tolerance(answer, passed, words, make_run, workspace):
    wrong = ("test/cats/0.jpg", *(f"validation/dogs/{number}.jpg" for number in range(4)))
    task = make_task(kind="number", measure="test_accuracy", tolerance=1, of={"model": "model4"})
    outcome = check_task(task, workspace(make_run("model4", wrong=wrong)), answer)
    assert outcome.passed is passed
    assert words in outcome.reason
    assert not passed or outcome.evidence["value"] == 95.0


@pytest.mark.parametrize(
    ("measure", "answer"),
    [
        ("training_images", 40),
        ("test_images", "20"),
        ("images", "100"),
        ("validation_images", 40.0),
        ("baseline", "50%"),
    ],
)
def test_numbers_of_the_data_are_counted(measure, answer, workspace):
    task = make_task(kind="number", measure=measure)
    assert check_task(task, workspace(), answer).passed
    assert not check_task(task, workspace(), 12).passed


def test_a_number_of_something_else_is_named(workspace):
    outcome = check_task(make_task(kind="number", measure="training_images"), workspace(), 20)
    assert outcome.reason == (
        "20 images is the number of test images in this data. This task asks for the number of training images."
    )


def test_confusion_counts_depend_on_the_threshold(make_run, workspace):
    run = make_run("model3", sure=0.7, wrong=("test/cats/0.jpg", "test/cats/1.jpg", "test/dogs/1.jpg"))
    of = {"model": "model3"}
    for threshold, counts in ((0.5, (1, 2, 3)), (0.8, (10, 0, 10))):
        for measure, count in zip(("missed", "false_alarms", "mistakes"), counts, strict=True):
            task = make_task(kind="number", measure=measure, threshold=threshold, of=of)
            outcome = check_task(task, workspace(run), count)
            assert outcome.passed, outcome.reason
            assert not check_task(task, workspace(run), 17).passed
    assert outcome.evidence["missed"] == 10
    task = make_task(kind="number", measure="missed", threshold=0.8, of=of)
    reason = check_task(task, workspace(run), 0).reason
    assert (
        reason
        == "0 images is the number of cats called dogs of your model3. This task asks for the number of missed dogs."
    )


def test_the_parameters_of_a_model_are_counted(workspace):
    task = make_task(kind="number", measure="trainable_parameters", model="model4")
    assert check_task(task, workspace(), "1,281").passed
    outcome = check_task(task, workspace(), 2_259_265)
    assert "2,259,265 is the number of parameters of model4." in outcome.reason


def test_a_number_of_a_run_needs_the_run(make_run, workspace):
    task = make_task(kind="number", measure="missed", of={"model": "model3"})
    assert "You have no run of model3" in check_task(task, workspace(), 3).reason
    run = make_run("model3")
    run.files.predictions.unlink()
    assert "has no number of missed dogs" in check_task(task, workspace(run), 3).reason


PHOTO = {"kind": "photo", "wrong": {"model": "model1"}, "right": {"model": "model4"}}
BOTH, FIRST = "test/cats/0.jpg", "test/dogs/3.jpg"


@pytest.mark.parametrize(
    ("answer", "passed", "words"),
    [
        (FIRST, True, "Your model1 gets 3.jpg wrong, and your model4 gets it right."),
        (BOTH, False, "Your model4 calls 0.jpg “dogs”, which is wrong too."),
        (
            "test/cats/5.jpg",
            False,
            "Your model1 calls 5.jpg “cats”, which is right (97.0%). Find one that it gets wrong.",
        ),
        ("training/cats/5.jpg", False, "5.jpg is no test image. Look among the test images."),
        ("nothing.jpg", False, "There is no image nothing.jpg in this data."),
        ("../../etc/passwd", False, "There is no image"),
        (None, False, "Choose an image first"),
        (7, False, "Choose an image first"),
    ],
)
def test_an_image_is_looked_up_in_the_predictions(answer, passed, words, make_run, workspace):
    runs = make_run("model1", wrong=(BOTH, FIRST)), make_run("model4", wrong=(BOTH,))
    outcome = check_task(make_task(**PHOTO), workspace(*runs), answer)
    assert outcome.passed is passed
    assert words in outcome.reason
    assert not passed or outcome.evidence["photo"] == FIRST


def test_a_confident_mistake_must_be_confident(make_run, workspace):
    task = make_task(kind="photo", wrong={"model": "model1"}, confidence=90)
    assert check_task(task, workspace(make_run(wrong=(FIRST,), sure=0.95)), FIRST).passed
    runs = make_run(wrong=(FIRST,), sure=0.95), make_run(wrong=(BOTH,), sure=0.6)
    outcome = check_task(task, workspace(*reversed(runs)), BOTH)
    assert not outcome.passed
    assert "which is right" in outcome.reason  # of the run that has a confident mistake to be found


def test_where_no_image_fits_there_is_nothing_to_find(make_run, workspace):
    outcome = check_task(make_task(**PHOTO), workspace(make_run("model1"), make_run("model4")))
    assert outcome.passed
    assert outcome.evidence["photo"] == ""
    assert "There is no test image that your model1 gets wrong and your model4 gets right" in outcome.reason


def test_an_image_needs_runs_with_predictions(make_run, workspace):
    assert "no run of model1" in check_task(make_task(**PHOTO), workspace(), FIRST).reason
    runs = make_run("model1", wrong=(FIRST,)), make_run("model4")
    runs[1].files.predictions.unlink()
    outcome = check_task(make_task(**PHOTO), workspace(*runs), FIRST)
    assert not outcome.passed
    assert "Your model4 has no predictions" in outcome.reason


def test_a_choice_has_a_reason_for_each_answer(workspace):
    options = [
        {"text": "Yes", "right": True, "reason": "Half of {{ data.training }} are {{ data.first }}."},
        {"text": "No", "reason": "Count the {{ data.second }}."},
    ]
    task = make_task(kind="choice", options=options)
    right, wrong, none = (check_task(task, workspace(), answer) for answer in ("Yes", "No", None))
    assert (right.passed, right.reason, right.evidence) == (True, "Half of 40 are cats.", {"answer": "Yes"})
    assert (wrong.passed, wrong.reason, wrong.evidence) == (False, "Count the dogs.", {})
    assert (none.passed, none.reason) == (False, "Choose one of the answers first.")


def test_names_of_users_are_shown_as_they_are(make_run, workspace):
    run = make_run(accuracy=0.7, name="[x](http://evil) $a$")
    reason = check_task(make_task(kind="run", settings={"epochs": {"min": 50}}), workspace(run)).reason
    assert r"\[x\](http://evil) \$a\$" in reason
