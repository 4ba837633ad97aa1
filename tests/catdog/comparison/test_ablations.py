"""What ablations have shown, in sentences."""

from dataclasses import replace

import pytest

from catdog.comparison import label_runs, list_sweeps, select_latest_finished
from catdog.comparison.ablations import describe_ablations
from catdog.runs import create_run, list_runs, open_run
from catdog.training import TrainConfig
from catdog.training.ablation import list_ablations
from catdog.utils.files import write_json


@pytest.fixture
def make(settings):
    """Make a run with this validation accuracy, None for a run that has not ended well."""

    def make(name, config, share, original="", sweep=""):
        run = create_run(settings, config, name, sweep=sweep, original=original)
        run.files.write_status(replace(run.status, state="failed" if share is None else "done"))
        if share is not None:
            write_json(run.files.evaluation, {"validation": {"accuracy": share}})
        return open_run(settings, run.id)

    return make


def test_each_pair_gets_a_sentence_with_both_accuracies(make):
    original = make("m2", TrainConfig("model2"), 0.723)
    shares = {"without augmentation": 0.701, "with scaled pixels": 0.75, "with half the rotation": 0.723}
    runs = [
        make(ablation.phrase, ablation.config, shares[ablation.phrase], original.id)
        for ablation in list_ablations(original.config)
    ]
    assert describe_ablations([original, *runs], label_runs([original, *runs])) == [
        "m2 without augmentation: validation accuracy 70.1% instead of 72.3%, 2.2 points lower.",
        "m2 with scaled pixels: validation accuracy 75.0% instead of 72.3%, 2.7 points higher.",
        "m2 with half the rotation: validation accuracy 72.3% instead of 72.3%, no difference.",
    ]


def test_a_run_without_a_score_says_so_and_other_runs_are_passed_over(make):
    original = make("m2", TrainConfig("model2"), 0.723)
    first, *_ = list_ablations(original.config)
    failed = make("failed one", first.config, None, original.id)
    changed_more = make("more", replace(first.config, seed=5), 0.7, original.id)
    lonely = make("lonely", first.config, 0.7, "gone")
    runs = [original, failed, changed_more, lonely]
    assert describe_ablations(runs, label_runs(runs)) == [
        "m2 without augmentation: the run failed one is failed and has no validation accuracy."
    ]
    assert describe_ablations([failed], label_runs([failed])) == []


def test_a_sweep_of_ablations_has_its_original_first(settings, make):
    original = make("m2", TrainConfig("model2"), 0.7)
    first, *_ = list_ablations(original.config)
    ablation = make("without", first.config, 0.6, original.id, "Ablations of m2, 26 Nov 15:10")
    (members,) = list_sweeps(list_runs(settings)).values()
    assert [run.id for run in members] == [original.id, ablation.id]


def test_the_latest_run_of_a_model_is_an_ablation_only_where_there_is_no_other(settings, make):
    original = make("m2", TrainConfig("model2"), 0.7)
    first, *_ = list_ablations(original.config)
    make("without", first.config, 0.6, original.id)
    lonely = make("lonely", TrainConfig("model1", scaling=True), 0.6, "deleted")
    assert [run.id for run in select_latest_finished(list_runs(settings))] == [lonely.id, original.id]
