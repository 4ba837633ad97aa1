"""Whether a prediction was right, and the sentence that says why."""

from dataclasses import replace

import pytest

from catdog.lessons.judging import find_truth, judge_prediction, read_curve
from catdog.lessons.lesson import CHOICE, CURVE, NUMBER, Lesson, Prediction

RISING = [50 + number for number in range(20)]
PEAKED = [50 + 2 * number for number in range(10)] + [68 - number for number in range(10)]


def make_lesson(kind, truth, options=(), unit="%"):
    return Lesson("a", "A", "g", Prediction("p", "?", kind, options, unit, 0, 100, 20, truth), (), "x")


def judge(workspace, kind, truth, answer, evidence, **more):
    return judge_prediction(make_lesson(kind, truth, **more), answer, {"t": evidence}, workspace())


@pytest.mark.parametrize(
    ("answer", "right", "sentence"),
    [
        (64, True, "You predicted 64.0%, and the validation accuracy is 64.0%: exactly right."),
        (66.5, True, "the validation accuracy is 64.0%. That is 2.5 points off; up to 3.0 points count as right."),
        (61, True, "3.0 points off"),
        (90, False, "You predicted 90.0%, and the validation accuracy is 64.0%: you were 26.0 points too high."),
        (50.0, False, "you were 14.0 points too low."),
        ("64", False, "Your prediction is no number"),
        (True, False, "Your prediction is no number"),
        (None, False, "You made no prediction here"),
    ],
)
def test_a_number_is_judged_by_its_distance(answer, right, sentence, workspace):
    truth = {"measure": "val_accuracy", "task": "t", "side": "", "tolerance": 3}
    judged, text = judge(workspace, NUMBER, truth, answer, {"val_accuracy": 64.0})
    assert judged is right
    assert sentence in text


def test_what_is_not_measured_yet_is_not_judged(workspace):
    truth = {"measure": "val_accuracy", "task": "t", "side": "", "tolerance": 3}
    assert judge(workspace, NUMBER, truth, 64, {}) == (
        False,
        "Your prediction can be compared once the tasks are done.",
    )


def test_a_number_of_the_data_needs_no_task(workspace):
    truth = {"measure": "test_images", "tolerance": 0}
    assert judge(workspace, NUMBER, truth, 20, {}, unit="images")[0]
    assert "4 images too high" in judge(workspace, NUMBER, truth, 24, {}, unit="images")[1]


CHANGE = {
    "measure": "gap",
    "task": "t",
    "side": "change",
    "cases": [{"option": "less", "max": -5}, {"option": "same", "min": -5, "max": 5}, {"option": "more", "min": 5}],
}


@pytest.mark.parametrize(
    ("change", "answer", "right", "sentence"),
    [
        (-31.2, "less", True, "You chose “less”. The gap changed by −31.2 points, so you were right."),
        (-31.2, "more", False, "The gap changed by −31.2 points, so the right answer is “less”."),
        (0.0, "same", True, "changed by 0.0 points"),
        (7.0, "same", False, "changed by +7.0 points, so the right answer is “more”."),
        (7.0, "[x](http://evil)", False, r"You chose “\[x\](http://evil)”."),
    ],
)
def test_a_choice_is_judged_by_what_was_measured(change, answer, right, sentence, workspace):
    judged, text = judge(
        workspace, CHOICE, CHANGE, answer, {"change": {"gap": change}}, options=("less", "same", "more")
    )
    assert judged is right
    assert sentence in text


def test_a_value_that_no_answer_describes_is_told(workspace):
    truth = CHANGE | {"cases": CHANGE["cases"][:2]}
    text = judge(workspace, CHOICE, truth, "less", {"change": {"gap": 9.0}})[1]
    assert text.endswith("The gap changed by +9.0 points, which none of the answers describes.")


def test_a_choice_can_have_a_fixed_answer(workspace):
    truth = {"answer": "yes"}
    assert judge(workspace, CHOICE, truth, "yes", {}) == (True, "You chose “yes”, and that is right.")
    assert judge(workspace, CHOICE, truth, "no", {}) == (False, "You chose “no”, but the right answer is “yes”.")


def test_a_training_that_broke_off_counts_as_a_fall(workspace):
    evidence = {"first": {}, "second": {"diverged": True}, "change": {}}
    judged, text = judge(workspace, CHOICE, CHANGE, "less", evidence)
    assert judged
    assert "The loss became no number, so the training broke off, so you were right." in text
    truth = {"measure": "gap", "task": "t", "side": "second", "tolerance": 3}
    assert "nothing to compare" in judge(workspace, NUMBER, truth, 5, evidence)[1]


CURVE_TRUTH = {"measure": "curve", "task": "t", "side": "", "tolerance": 8}


@pytest.mark.parametrize(
    ("measured", "drawn", "right", "sentences"),
    [
        (RISING, [[1, 0.5], [20, 0.69]], True, ["is 0.0 points away", "It ends where the run ended, near 67%."]),
        (RISING, [[1, 0.5], [20, 0.95]], False, ["The run ended at 67%; your curve ends", "points too high."]),
        (RISING, [[1, 0.5], [20, 0.5]], False, ["points too low."]),
        (
            PEAKED,
            [[1, 0.5], [20, 0.69]],
            True,
            ["The run's curve peaks and then falls; the one that you drew does not."],
        ),
        (
            RISING,
            [[1, 0.5], [10, 0.75], [20, 0.6]],
            True,
            ["The run's curve does not fall after its peak; the one that you drew does."],
        ),
        (PEAKED, [[1, 0.5], [10, 0.68], [11, 0.68], [20, 0.59]], True, ["is 0.0 points away"]),
    ],
)
def test_a_drawn_curve_is_judged_by_distance_end_and_shape(measured, drawn, right, sentences, workspace):
    judged, text = judge(workspace, CURVE, CURVE_TRUTH, drawn, {"curve": measured})
    assert judged is right, text
    for sentence in sentences:
        assert sentence in text


@pytest.mark.parametrize("answer", ["x", [], [[1]], [[1, "a"]], [[1, float("nan")]], 5, [5], [[None, None]]])
def test_what_is_no_curve_is_told(answer, workspace):
    judged, text = judge(workspace, CURVE, CURVE_TRUTH, answer, {"curve": RISING})
    assert not judged
    assert "no curve" in text


def test_a_curve_is_read_between_its_points():
    assert read_curve([[3, 0.7], [1, 0.5]], 5) == pytest.approx([50, 60, 70, 70, 70])


def test_a_curve_of_a_run_without_epochs_is_not_measured(workspace):
    prediction = replace(make_lesson(CURVE, CURVE_TRUTH).prediction, kind=CURVE)
    assert find_truth(prediction, {"t": {"curve": []}}, workspace()) is None


@pytest.mark.parametrize("card", ["x", [], {"change": "x"}, {"change": {"gap": "x"}}, {"change": {"gap": True}}, None])
def test_evidence_from_a_file_of_anybody_is_no_danger(card, workspace):
    for kind, truth in ((CHOICE, CHANGE), (NUMBER, CHANGE | {"tolerance": 1}), (CURVE, CHANGE | {"tolerance": 1})):
        judged, text = judge(workspace, kind, truth, "less", card)
        assert not judged
        assert text
