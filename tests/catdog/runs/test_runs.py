"""The list of runs, and what can be done with one; no process is started here."""

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from catdog import runs
from catdog.errors import RunError, UsageError
from catdog.runs import Run
from catdog.runs.queue import Queue
from catdog.settings import Settings
from catdog.training import ACTIVE, RESUMABLE, TrainConfig
from catdog.training.history import Epoch, write_history
from catdog.training.recipes import make_quick_config
from catdog.training.status import identify_process


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the runs for which a process would have been started."""
    ids: list[str] = []
    monkeypatch.setattr("catdog.runs.executors.local.start", lambda settings, files: ids.append(files.path.name))
    return ids


def make(settings: Settings, state: str = "done", model: str = "model1", name: str = "", **values: object) -> Run:
    """A run in the given state; an active one belongs to this process."""
    run = runs.create_run(settings, TrainConfig(model), name)
    process = identify_process() if state in ACTIVE else {}
    run.files.write_status(replace(run.status, state=state, **process | values))
    return runs.open_run(settings, run.id)


def test_a_new_run_waits_with_its_settings_and_a_name_of_its_own(settings: Settings) -> None:
    config = TrainConfig("model3", "drawn", epochs=7)
    run = runs.create_run(settings, config)
    assert (run.state, run.config, run.status.epochs) == ("queued", config, 7)
    assert run.id.split("-")[2] == "model3"
    assert run.name.startswith("model3 ")
    assert run.folder == settings.runs / run.id
    assert (run.best_val_accuracy, run.test_accuracy, run.eta, run.usable, run.finished) == (
        None,
        None,
        None,
        False,
        False,
    )
    columns = ("accuracy", "loss", "val_accuracy", "val_loss", "learning_rate")
    assert run.history() == {name: [] for name in ("epoch", "seconds", *columns)}
    assert run.log_tail() == ""
    with pytest.raises(RunError, match="has no answers"):
        run.predictions()


def test_launching_makes_a_run_and_starts_its_process(settings: Settings, started: list[str]) -> None:
    run = runs.launch(settings, TrainConfig("model1"), "my run")
    assert run.name == "my run"
    assert started == [run.id]


def test_a_run_that_cannot_be_started_is_an_error_and_failed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr("catdog.runs.executors.local.start", refuse)
    with pytest.raises(RunError, match="Cannot allocate memory"):
        runs.launch(settings, TrainConfig("model1"))
    (run,) = runs.list_runs(settings)
    assert run.state == "failed"
    assert "Cannot allocate memory" in run.status.error


def test_a_run_that_cannot_be_stored_leaves_nothing_behind(
    settings: Settings, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    with full_disk(10), pytest.raises(RunError, match="could not be stored"):
        runs.create_run(settings, TrainConfig("model1"))
    assert list(settings.runs.iterdir()) == []


def test_the_list_is_empty_before_the_first_run(settings: Settings) -> None:
    assert runs.list_runs(settings) == []
    assert not settings.runs.exists()


def test_the_newest_run_comes_first_also_within_one_second(settings: Settings) -> None:
    made = [make(settings, model=model).id for model in ("model2", "model1", "model4", "model3")]
    assert [run.id for run in runs.list_runs(settings)] == made[::-1]


def test_what_is_no_run_or_a_damaged_one_is_passed_over(settings: Settings) -> None:
    good = make(settings)
    broken = {
        "empty": None,
        "no-object": "[]",
        "cut": '{"name": "x", "con',
        "no-settings": '{"name": "x"}',
        "settings-no-object": '{"config": ["model1"]}',
        "unknown-model": '{"config": {"model": "model9"}}',
        "wrong-value": '{"config": {"model": "model1", "epochs": "many"}}',
        "binary": "\0\0\0",
    }
    for name, content in broken.items():
        (settings.runs / name).mkdir()
        if content is not None:
            (settings.runs / name / "config.json").write_text(content)
    (settings.runs / "a-file").write_text("x")
    (settings.runs / ".hidden").mkdir()
    (settings.runs / ".hidden" / "config.json").write_text(good.files.config.read_text())
    assert [run.id for run in runs.list_runs(settings)] == [good.id]


def test_damaged_files_in_a_run_do_not_hide_it_or_break_the_list(settings: Settings) -> None:
    run, intact = make(settings), make(settings)
    run.files.status.write_text("{")
    run.files.evaluation.write_text('{"test": 3}')
    run.files.predictions.write_text("path,label\nx,1\n")
    run.files.add_to_config(created="yesterday")
    listed = {run.id: run for run in runs.list_runs(settings)}
    assert set(listed) == {run.id, intact.id}
    assert listed[run.id].state == "interrupted"
    assert listed[run.id].test_accuracy is None
    with pytest.raises(RunError, match="damaged"):
        listed[run.id].predictions()


def test_an_active_run_whose_process_is_gone_is_interrupted(settings: Settings) -> None:
    for state in sorted(ACTIVE):
        run = make(settings, state)
        assert run.state == state
        run.files.write_status(replace(run.status, pid_started=run.status.pid_started - 100))
        assert runs.open_run(settings, run.id).state == "interrupted"


def test_a_running_run_that_was_told_to_stop_is_stopping(settings: Settings) -> None:
    run = make(settings, "running")
    runs.stop_run(settings, run)
    assert runs.open_run(settings, run.id).state == "stopping"


@pytest.mark.parametrize("state", ["done", "stopped", "failed"])
def test_a_run_that_has_ended_cannot_be_stopped(settings: Settings, state: str) -> None:
    run = make(settings, state)
    with pytest.raises(RunError, match="nothing to stop"):
        runs.stop_run(settings, run)
    assert not run.files.stop.exists()


@pytest.mark.parametrize("state", sorted(RESUMABLE))
def test_resuming_queues_a_run_again_with_all_it_has_reached(
    settings: Settings, started: list[str], state: str
) -> None:
    run = make(
        settings, state, epoch=3, seconds=9.5, best_val_accuracy=0.7, best_epoch=2, error="It broke.", finished=1.0
    )
    run.files.stop.touch()
    before = time.time()
    runs.resume_run(settings, run)
    resumed = runs.open_run(settings, run.id)
    assert started == [run.id]
    assert (resumed.state, resumed.status.error, resumed.status.finished) == ("queued", "", None)
    assert (resumed.seconds, resumed.best_val_accuracy, resumed.best_epoch) == (9.5, 0.7, 2)
    assert before <= resumed.status.queued <= time.time()


def test_a_run_whose_process_was_killed_can_be_resumed_and_deleted(settings: Settings, started: list[str]) -> None:
    run = make(settings, "running", pid_started=1.0)
    assert run.resumable
    runs.resume_run(settings, run)
    assert started == [run.id]
    second = make(settings, "running", pid_started=1.0)
    runs.delete_run(settings, second)
    assert not second.folder.exists()


@pytest.mark.parametrize("state", ["done", *sorted(ACTIVE)])
def test_a_run_that_is_done_or_active_cannot_be_resumed(settings: Settings, started: list[str], state: str) -> None:
    run = make(settings, state)
    with pytest.raises(RunError, match="can be resumed"):
        runs.resume_run(settings, run)
    assert started == []
    assert runs.open_run(settings, run.id).state == state


def test_a_new_name_is_cleaned_and_kept(settings: Settings) -> None:
    run = make(settings)
    runs.rename_run(settings, run, "  two\nlines\t and \x1b[31m a  gap ")
    assert runs.open_run(settings, run.id).name == "two lines and [31m a gap"
    assert runs.open_run(settings, run.id).config == run.config


@pytest.mark.parametrize("name", ["", "   ", "\n\t", "x" * 81])
def test_a_name_that_is_empty_or_too_long_is_refused(settings: Settings, name: str) -> None:
    run = make(settings, name="before")
    with pytest.raises(UsageError, match="1 to 80"):
        runs.rename_run(settings, run, name)
    assert runs.open_run(settings, run.id).name == "before"
    if name:
        with pytest.raises(UsageError, match="1 to 80"):
            runs.create_run(settings, TrainConfig("model1"), name)
    assert [path.name for path in settings.runs.iterdir() if path.is_dir()] == [run.id]


def test_deleting_removes_all_of_a_run_and_only_that(settings: Settings) -> None:
    run, second = make(settings), make(settings)
    (run.folder / "checkpoint").mkdir()
    (run.folder / "checkpoint" / "model.keras").write_text("x")
    (settings.runs / ".deleted-earlier").mkdir()  # of a deletion that was cut short
    runs.delete_run(settings, run)
    assert [path.name for path in settings.runs.iterdir() if path.is_dir()] == [second.id]
    with pytest.raises(RunError):
        runs.delete_run(settings, run)


@pytest.mark.parametrize("state", sorted(ACTIVE))
def test_an_active_run_cannot_be_deleted(settings: Settings, state: str) -> None:
    run = make(settings, state)
    with pytest.raises(RunError, match="stop it before"):
        runs.delete_run(settings, run)
    assert runs.open_run(settings, run.id).state == state


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../runs/{}", "{}/", "/{}", "./{}", "a\\b", "\0", "x" * 5000, "\udcff"]
)
def test_an_id_from_the_address_bar_leads_nowhere_else(settings: Settings, name: str) -> None:
    run = make(settings)
    with pytest.raises(RunError, match="There is no run"):
        runs.open_run(settings, name.format(run.id))


def test_an_unreadable_folder_is_no_run(settings: Settings, tmp_path: Path) -> None:
    run = make(settings)
    outside = tmp_path / "outside"
    run.folder.rename(outside)
    with pytest.raises(RunError):
        runs.open_run(settings, run.id)
    with pytest.raises(RunError):
        runs.open_run(settings, f"../{outside.name}")


def test_a_run_is_found_by_id_name_and_the_beginning_of_its_id(settings: Settings) -> None:
    run, second = make(settings, name="first"), make(settings, model="model2", name="second")
    assert runs.find_run(settings, run.id).id == run.id
    assert runs.find_run(settings, "second").id == second.id
    assert runs.find_run(settings, second.id[:-2]).id == second.id


def test_a_model_means_its_newest_run_that_can_predict(settings: Settings) -> None:
    older, newer, unusable = (make(settings, model="model2") for _ in range(3))
    for run in (older, newer):
        run.files.tflite.write_bytes(b"x")
    assert runs.find_run(settings, "model2").id == newer.id
    assert not unusable.usable
    with pytest.raises(RunError, match=r"no trained model3 yet.*train model3"):
        runs.find_run(settings, "model3")


def test_a_model_means_a_quick_run_only_where_there_is_no_other(settings: Settings) -> None:
    def make_one(config: TrainConfig) -> Run:
        run = runs.create_run(settings, config)
        run.files.tflite.write_bytes(b"x")
        return run

    quick = make_one(make_quick_config())
    assert runs.find_run(settings, "model4").id == quick.id
    ordinary = make_one(TrainConfig("model4"))
    make_one(make_quick_config())
    assert runs.find_run(settings, "model4").id == ordinary.id


def test_a_text_that_fits_no_run_or_several_is_an_error_that_says_so(settings: Settings) -> None:
    make(settings), make(settings)
    with pytest.raises(RunError, match=r"^There is no run 'nothing'"):
        runs.find_run(settings, "nothing")
    with pytest.raises(RunError, match=r"^More than one run begins with '20"):
        runs.find_run(settings, "20")
    with pytest.raises(RunError):
        runs.find_run(settings, "")


def test_what_the_command_line_prints_of_a_run_keeps_its_shape(settings: Settings) -> None:
    run = make(settings, name="mine", best_val_accuracy=0.75, best_epoch=2, seconds=12.34567)
    scores = {"validation": {"accuracy": 0.7}, "test": {"accuracy": 0.5, "loss": 0.7, "photos": 8}}
    run.files.evaluation.write_text(json.dumps(scores))
    assert runs.open_run(settings, run.id).to_json() == {
        "id": run.id,
        "name": "mine",
        "model": "model1",
        "source": "photos",
        "state": "done",
        "epochs": 20,
        "val_accuracy": 0.7,
        "best_val_accuracy": 0.75,
        "test_accuracy": 0.5,
        "seconds": 12.346,
    }


def test_a_run_is_chosen_by_its_scored_accuracy_and_by_its_best_epoch_without_one(settings: Settings) -> None:
    run = make(settings, best_val_accuracy=0.75, best_epoch=2)
    assert (run.val_accuracy, run.selection_accuracy) == (None, 0.75)
    run.files.evaluation.write_text(json.dumps({"validation": {"accuracy": 0.7}, "test": {"accuracy": 0.9}}))
    run = runs.open_run(settings, run.id)
    assert (run.val_accuracy, run.selection_accuracy, run.best_val_accuracy) == (0.7, 0.7, 0.75)


def test_a_resumed_run_has_no_scores_until_its_new_model_has_some(settings: Settings) -> None:
    run = make(settings, best_val_accuracy=0.75, best_epoch=2)
    run.files.evaluation.write_text(json.dumps({"validation": {"accuracy": 0.7}, "test": {"accuracy": 0.9}}))
    run.files.write_status(replace(run.status, state="running", **identify_process()))
    run = runs.open_run(settings, run.id)
    assert (run.state, run.val_accuracy, run.test_accuracy, run.selection_accuracy) == ("running", None, None, 0.75)


def test_history_predictions_and_the_logs_end_are_read(settings: Settings) -> None:
    run = make(settings)
    write_history(run.files.history, [Epoch(1, 2.5, 0.5, 0.7, 0.6, 0.65), Epoch(2, 2.5, 0.6, 0.6, 0.7, 0.5)])
    run.files.predictions.write_text('path,label,probability,split\n"a,b.jpg",1,0.25,test\n')
    run.files.log.write_bytes(b"one\ntwo\xff\nthree\n")
    assert run.history()["val_accuracy"] == [0.6, 0.7]
    assert run.history()["epoch"] == [1, 2]
    predictions = run.predictions()
    assert (predictions.paths, predictions.labels[0], predictions.probabilities[0]) == (("a,b.jpg",), 1, 0.25)
    assert run.log_tail(2) == "two\N{REPLACEMENT CHARACTER}\nthree"


def test_the_time_left_follows_from_the_pace_of_the_finished_epochs(settings: Settings) -> None:
    half = {"epochs": 5, "batches": 10, "batch": 5}
    assert make(settings, "running", epoch=3, seconds=20.0, **half).eta == pytest.approx(10 * 2.5)
    assert make(settings, "running", epoch=1, seconds=0.0, **half).eta is None
    assert make(settings, "queued", epoch=3, seconds=20.0, **half).eta is None
    last = make(settings, "running", epochs=5, epoch=5, batches=10, batch=10, seconds=40.0)
    assert last.eta == pytest.approx(0)


def test_the_time_left_of_fine_tuning_goes_by_its_own_epochs(settings: Settings) -> None:
    run = runs.create_run(settings, TrainConfig("model4", epochs=2, fine_tune_layers=20, fine_tune_epochs=4))
    assert run.status.epochs == 6
    running = {"state": "running", "epoch": 5, "batches": 10, "batch": 5, "seconds": 62.0}
    run.files.write_status(replace(run.status, **running, **identify_process()))
    assert runs.open_run(settings, run.id).eta is None
    rows = [Epoch(number, seconds, 1, 1, 1, 1) for number, seconds in enumerate((1.0, 1.0, 30.0, 30.0), 1)]
    write_history(run.files.history, rows[:2])
    assert runs.open_run(settings, run.id).eta is None
    write_history(run.files.history, rows)
    run = runs.open_run(settings, run.id)
    assert run.eta == pytest.approx(30 * 1.5)
    assert run.head_epochs == 2


def test_a_note_is_kept_with_the_run_and_an_empty_one_removes_it(settings: Settings) -> None:
    run = make(settings)
    runs.annotate_run(settings, run, "  first try\nwith\x00 more light ")
    assert runs.open_run(settings, run.id).note == "first try\nwith more light"
    runs.annotate_run(settings, run, "")
    assert runs.open_run(settings, run.id).note == ""


def test_a_note_that_is_too_long_is_refused_and_the_old_one_stays(settings: Settings) -> None:
    run = make(settings)
    runs.annotate_run(settings, run, "kept")
    with pytest.raises(UsageError, match="at most 1,000"):
        runs.annotate_run(settings, run, "x" * 1001)
    assert runs.open_run(settings, run.id).note == "kept"


def test_a_waiting_run_changes_places_with_the_one_before_it(settings: Settings) -> None:
    first, second, third = (make(settings, "queued", queued=float(number)) for number in range(3))
    runs.move_up(settings, third)
    assert waiting(settings) == [first.id, third.id, second.id]
    runs.move_up(settings, third)
    assert waiting(settings) == [third.id, first.id, second.id]
    assert runs.open_run(settings, third.id).place < runs.open_run(settings, first.id).place


def test_runs_queued_at_the_same_moment_can_change_places(settings: Settings) -> None:
    pair = [make(settings, "queued", queued=5.0) for _ in range(2)]
    before = waiting(settings)
    runs.move_up(settings, next(run for run in pair if run.id == before[1]))
    assert waiting(settings) == before[::-1]


def test_only_a_waiting_run_that_is_not_the_first_can_be_moved_up(settings: Settings) -> None:
    first, training = make(settings, "queued", queued=1.0), make(settings, "running")
    with pytest.raises(RunError, match="is the next one already"):
        runs.move_up(settings, first)
    with pytest.raises(RunError, match="does not wait"):
        runs.move_up(settings, training)


def test_a_resumed_run_waits_at_the_end_even_if_it_was_moved_before(settings: Settings) -> None:
    stopped = make(settings, "stopped", queued=1.0)
    stopped.files.place.write_text("0.5")
    runs.resume_run(settings, stopped)
    assert not stopped.files.place.exists()


def waiting(settings: Settings) -> list[str]:
    """The ids of the waiting runs in the order in which they will train."""
    return Queue(settings.runs).waiting()
