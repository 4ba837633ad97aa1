"""What a run will cost: how long, going by earlier runs, and how much disk."""

from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from catdog import runs
from catdog.errors import RunError
from catdog.models.fine_tuning import count_trained_weights
from catdog.models.specs import MODELS
from catdog.runs import Run, bytes_free, bytes_taken, estimate, estimate_seconds, estimate_stages
from catdog.runs.estimate import bytes_needed
from catdog.settings import Settings
from catdog.training import TrainConfig
from catdog.training.history import Epoch, write_history
from catdog.training.recipes import make_quick_config

COUNTS = {
    "training": {"cats": 1000, "dogs": 1000},
    "validation": {"cats": 404, "dogs": 404},
    "test": {"cats": 96, "dogs": 96},
}
DRAWN_COUNTS = {
    "training": {"cats": 400, "dogs": 400},
    "validation": {"cats": 162, "dogs": 162},
    "test": {"cats": 38, "dogs": 38},
}
Usage = namedtuple("Usage", "total used free")


def done(settings: Settings, seconds: float, beside: float = 0.0, fingerprint: str = "", **config: object) -> Run:
    """A finished run of so many seconds of training, and so many beside it."""
    run = runs.create_run(settings, TrainConfig(**({"model": "model1", "epochs": 10} | config)))
    counts = DRAWN_COUNTS if config.get("source") == "drawn" else COUNTS
    run.files.add_to_config(data={"counts": counts, "fingerprint": fingerprint})
    run.files.write_status(
        replace(run.status, state="done", seconds=seconds, started=1000.0, finished=1000.0 + seconds + beside)
    )
    return runs.open_run(settings, run.id)


def test_the_same_run_again_is_expected_to_take_what_it_took(settings: Settings) -> None:
    run = done(settings, seconds=80.0, beside=12.0)
    assert estimate_seconds([run], run.config, COUNTS) == pytest.approx(92.0)


def test_training_time_grows_with_epochs_and_start_up_does_not(settings: Settings) -> None:
    run = done(settings, seconds=80.0, beside=12.0)
    assert estimate_seconds([run], TrainConfig("model1", epochs=20), COUNTS) == pytest.approx(172.0)


def test_stored_features_are_computed_once_however_many_epochs_follow(settings: Settings) -> None:
    run = done(settings, seconds=3.0, model="model4", epochs=3)
    run.files.write_status(replace(run.status, prepared=20.0, finished=1023.0))
    run = runs.open_run(settings, run.id)
    assert estimate_seconds([run], TrainConfig("model4", epochs=20), COUNTS) == pytest.approx(40.0)
    # 1 variant of 2,000 images instead of 4, and the same validation images
    plain = TrainConfig("model4", epochs=20, flip="none", rotation=0.0)
    assert estimate_seconds([run], plain, COUNTS) == pytest.approx(20.0 + 20.0 * 2808 / 8808)


def test_what_the_first_epoch_takes_more_is_counted_once(settings: Settings) -> None:
    run = done(settings, seconds=15.0, epochs=3)
    write_history(
        run.files.history, [Epoch(number, seconds, 1, 1, 1, 1) for number, seconds in ((1, 7.0), (2, 4.0), (3, 4.0))]
    )
    run = runs.open_run(settings, run.id)
    assert estimate_seconds([run], TrainConfig("model1", epochs=20), COUNTS) == pytest.approx(3 + 20 * 4)


def test_an_exact_run_says_nothing_of_one_that_is_made_faster(settings: Settings) -> None:
    exact = done(settings, 80.0, exact=True)
    assert estimate_seconds([exact], TrainConfig("model1"), COUNTS) is None
    assert estimate_seconds([exact], TrainConfig("model1", epochs=10, exact=True), COUNTS) == pytest.approx(80.0)


def test_a_quick_run_says_nothing_of_one_in_epochs(settings: Settings) -> None:
    quick = make_quick_config()
    runs_done = [done(settings, 2.0, **quick.to_dict()), done(settings, 80.0, model="model4", epochs=20)]
    assert estimate_seconds(runs_done, quick, COUNTS) == pytest.approx(2.0)
    assert estimate_seconds(runs_done, TrainConfig("model4"), COUNTS) == pytest.approx(80.0)
    assert estimate_seconds(runs_done[:1], TrainConfig("model4"), COUNTS) is None


def test_a_run_that_ended_early_counts_for_the_epochs_it_did(settings: Settings) -> None:
    run = done(settings, seconds=80.0)
    run.files.write_status(replace(run.status, epoch=5))
    run = runs.open_run(settings, run.id)
    assert estimate_seconds([run], run.config, COUNTS) == pytest.approx(160.0)


def test_a_share_of_the_images_takes_less_but_validates_on_all(settings: Settings) -> None:
    run = done(settings, seconds=100.0)
    half = estimate_seconds([run], TrainConfig("model1", epochs=10, fraction=0.5), COUNTS)
    assert 50 < half < 60


def test_without_a_finished_run_of_that_model_nothing_is_promised(settings: Settings) -> None:
    assert estimate_seconds([done(settings, 80.0)], TrainConfig("model2"), COUNTS) is None
    unfinished = runs.create_run(settings, TrainConfig("model2"))
    assert estimate_seconds([unfinished], TrainConfig("model2"), COUNTS) is None


def test_a_run_of_the_same_batch_size_goes_before_a_newer_one(settings: Settings) -> None:
    newest, same = done(settings, 500.0, batch_size=1), done(settings, 80.0)
    assert estimate_seconds([newest, same], TrainConfig("model1", epochs=10), COUNTS) == pytest.approx(80.0)


def test_a_short_run_on_drawings_does_not_move_the_estimate_for_photos(settings: Settings) -> None:
    photos = done(settings, 213.0, beside=12.0, fingerprint="aa", source="photos", epochs=20)
    # its first use of the drawings, which had to be drawn, while another training kept the machine busy
    drawn = done(settings, 60.0, beside=30.0, fingerprint="dd", source="drawn", epochs=4)
    planned = TrainConfig("model1", source="photos", epochs=20)
    assert estimate_seconds([drawn], planned, COUNTS, "aa") > 770
    assert estimate_seconds([drawn, photos], planned, COUNTS, "aa") == pytest.approx(225.0)
    assert estimate_seconds([drawn, photos], planned, COUNTS, "bb") == pytest.approx(225.0)
    assert estimate_seconds([drawn, photos], planned, COUNTS) == pytest.approx(225.0)


def test_runs_on_the_very_same_data_go_before_those_on_the_source_as_it_was(settings: Settings) -> None:
    changed = done(settings, 500.0, fingerprint="bb", source="photos")
    same = done(settings, 80.0, fingerprint="aa", source="photos")
    other_batch = done(settings, 300.0, fingerprint="aa", source="photos", batch_size=1)
    planned = TrainConfig("model1", source="photos", epochs=10)
    assert estimate_seconds([other_batch, changed, same], planned, COUNTS, "aa") == pytest.approx(80.0)
    assert estimate_seconds([other_batch, changed], planned, COUNTS, "aa") == pytest.approx(300.0)


def test_one_slow_run_of_several_does_not_move_the_estimate(settings: Settings) -> None:
    usual = [done(settings, seconds, fingerprint="aa") for seconds in (80.0, 84.0)]
    slow = done(settings, 400.0, fingerprint="aa")
    assert estimate_seconds([slow, *usual], TrainConfig("model1", epochs=10), COUNTS, "aa") == pytest.approx(84.0)


def test_the_newest_few_runs_decide(settings: Settings) -> None:
    newest = [done(settings, 80.0, fingerprint="aa") for _ in range(estimate.NEWEST)]
    oldest = [done(settings, 300.0, fingerprint="aa") for _ in range(estimate.NEWEST + 1)]
    assert estimate_seconds(newest + oldest, newest[0].config, COUNTS, "aa") == pytest.approx(80.0)


def test_runs_on_other_data_are_scaled_by_their_images(settings: Settings) -> None:
    drawn = done(settings, 100.0, fingerprint="dd", source="drawn")
    planned = TrainConfig("model1", source="photos", epochs=10)
    assert estimate_seconds([drawn], planned, COUNTS, "aa") == pytest.approx(100.0 * 6808 / 2724)


def test_a_run_without_counts_in_its_config_is_passed_over(settings: Settings) -> None:
    run = done(settings, 80.0)
    run.files.add_to_config(data=None)
    assert estimate_seconds([runs.open_run(settings, run.id)], run.config, COUNTS) is None


def test_the_space_needed_covers_model_copies_and_two_checkpoints() -> None:
    model = MODELS["model3"]
    assert bytes_needed(TrainConfig("model3")) > 4 * 9 * model.parameters
    assert bytes_needed(TrainConfig("model4")) < 100_000_000
    tuned = bytes_needed(TrainConfig("model4", fine_tune_layers=56)) - bytes_needed(TrainConfig("model4"))
    assert tuned == 2 * 2 * 4 * (count_trained_weights(56) - count_trained_weights(0))  # Adam's two numbers, twice


def tuned_run(settings: Settings, layers: int, head: float, tuned: float) -> Run:
    """A finished run of two epochs for the head, the first with a second more, and two of fine-tuning."""
    config = {"model": "model4", "epochs": 2, "fine_tune_layers": layers, "fine_tune_epochs": 2}
    run = done(settings, seconds=2 * head + 2 * tuned + 1.0, **config)
    seconds = (head + 1.0, head, tuned, tuned)
    write_history(run.files.history, [Epoch(number, value, 1, 1, 1, 1) for number, value in enumerate(seconds, 1)])
    return runs.open_run(settings, run.id)


def test_each_phase_of_a_fine_tuned_run_goes_at_its_own_pace(settings: Settings) -> None:
    run = tuned_run(settings, 20, head=2.0, tuned=30.0)
    more = replace(run.config, epochs=10, fine_tune_epochs=3)
    assert estimate_seconds([run], more, COUNTS) == pytest.approx(1.0 + 10 * 2.0 + 3 * 30.0)
    assert estimate_seconds([run], TrainConfig("model4", epochs=10), COUNTS) == pytest.approx(1.0 + 10 * 2.0)


def test_fine_tuning_goes_by_runs_that_were_fine_tuned_and_those_of_as_many_layers_first(settings: Settings) -> None:
    head_only = done(settings, seconds=4.0, model="model4", epochs=2)
    shallow, deep = tuned_run(settings, 20, 2.0, 30.0), tuned_run(settings, 56, 2.0, 50.0)
    assert estimate_seconds([head_only], deep.config, COUNTS) is None
    assert estimate_seconds([head_only, shallow], deep.config, COUNTS) == pytest.approx(65.0)
    assert estimate_seconds([head_only, shallow, deep], deep.config, COUNTS) == pytest.approx(105.0)


def test_a_run_is_refused_before_it_starts_where_the_disk_is_too_full(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate.shutil, "disk_usage", lambda path: Usage(10**9, 9 * 10**8, 10**8))
    with pytest.raises(RunError, match=r"^A run of model3 needs up to \d+ MB .* only 100 MB are free: "):
        runs.create_run(settings, TrainConfig("model3"))
    assert runs.list_runs(settings) == []
    assert runs.create_run(settings, TrainConfig("model4")).state == "queued"


def test_free_space_is_told_for_a_folder_that_is_still_to_be_made(tmp_path: Path) -> None:
    assert bytes_free(tmp_path / "not" / "yet") == pytest.approx(bytes_free(tmp_path), rel=0.01)


def test_the_space_a_run_takes_is_the_sum_of_its_files(settings: Settings) -> None:
    run = runs.create_run(settings, TrainConfig("model1"))
    before = bytes_taken(run.folder)
    run.files.checkpoint.mkdir()
    (run.files.checkpoint / "model.keras").write_bytes(bytes(1000))
    assert bytes_taken(run.folder) == before + 1000
    assert bytes_taken(settings.runs / "gone") == 0


def test_the_stages_of_a_run_are_those_of_the_run_before(settings: Settings) -> None:
    run = done(settings, seconds=80.0, beside=30.0)
    run.files.write_status(replace(run.status, prepared=5.0, training_started=1012.0, finished=1115.0))
    run = runs.open_run(settings, run.id)
    stages = estimate_stages([run], run.config, COUNTS)
    assert (stages.prepare, stages.train, stages.score) == pytest.approx((12.0, 80.0, 23.0))
    assert estimate_seconds([run], run.config, COUNTS) == pytest.approx(stages.total)


def test_a_run_of_an_earlier_version_has_stages_by_a_rule_of_thumb(settings: Settings) -> None:
    stages = estimate_stages([done(settings, seconds=80.0, beside=30.0)], TrainConfig("model1", epochs=20), COUNTS)
    assert (stages.prepare, stages.train, stages.score) == pytest.approx((10.0, 160.0, 20.0))
    assert estimate_stages([], TrainConfig("model1"), COUNTS) is None
