"""What curves side by side show, in two sentences."""

import pytest

from catdog.comparison import Contender, Diagnosis, Verdict, describe_contenders
from catdog.comparison.headline import VERBS


def diagnosis(verdict, turn=None):
    return Diagnosis(verdict, "Seen.", "Advice.", turn=turn)


def test_the_best_and_the_next_are_named_with_their_accuracy():
    lines = [Contender("model1", 0.702), Contender("model4", 0.98), Contender("model3", 0.765)]
    assert describe_contenders(lines) == "model4 reaches 98.0% validation accuracy; model3 follows with 76.5%."


def test_two_that_hardly_differ_are_called_close():
    text = describe_contenders([Contender("model1", 0.702), Contender("model2", 0.697)])
    assert text == "model1 reaches 70.2% validation accuracy; model2 is close with 69.7%."


def test_those_with_the_same_diagnosis_share_a_verb():
    fits, overfits = diagnosis(Verdict.FITS), diagnosis(Verdict.OVERFITS, turn=4)
    lines = [Contender("a", None, [overfits]), Contender("b", None, [fits]), Contender("c", None, [fits])]
    assert describe_contenders(lines) == "a overfits from epoch 4; b and c fit well."


def test_seeds_share_a_verdict_or_have_none():
    fits, overfits = diagnosis(Verdict.FITS), diagnosis(Verdict.OVERFITS, turn=4)
    assert describe_contenders([Contender("mean", 0.7, [overfits, diagnosis(Verdict.OVERFITS, 6)])]) == (
        "mean reaches 70.0% validation accuracy. mean overfits."
    )
    assert describe_contenders([Contender("mean", 0.7, [fits, overfits])]) == "mean reaches 70.0% validation accuracy."


def test_before_the_first_epoch_there_is_nothing_to_say():
    assert describe_contenders([Contender("model1", None)]) == ""
    assert describe_contenders([]) == ""


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if "seed noise" not in verdict])
def test_every_verdict_on_a_run_has_its_verb(verdict):
    assert verdict in VERBS
