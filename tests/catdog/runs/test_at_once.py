"""Several people, clicks or processes at the same moment: one wins, nothing starts twice, nothing is left behind."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest

from catdog import runs
from catdog.errors import RunError
from catdog.runs import MOMENT, Run
from catdog.runs.audit import record_action
from catdog.runs.queue import lock_run
from catdog.settings import Limits, Settings
from catdog.training import RunFolder, Status, TrainConfig
from catdog.training.history import Epoch, write_history

ANNA = "anna@school.example"
CONFIG = TrainConfig("model1", "drawn")
FOUR = [replace(CONFIG, seed=seed) for seed in range(4)]


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the runs for which a process would have been started."""
    ids: list[str] = []
    monkeypatch.setattr("catdog.runs.executors.local.start", lambda settings, files: ids.append(files.path.name))
    return ids


def ended(settings: Settings, state: str = "stopped") -> Run:
    run = runs.create_run(settings, CONFIG, by=ANNA)
    run.files.write_status(replace(run.status, state=state))
    return runs.open_run(settings, run.id)


def click(settings: Settings, configs: list[TrainConfig], name: str = "", by: str = "", sweep: str = "") -> list[str]:
    names = [name] * len(configs)
    return [run.id for run in runs.launch_all(settings, configs, names, by, sweep, moment=MOMENT)]


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Call these in threads of their own; return what each returned, or the RunError that it raised."""

    def attempt(action: Callable[[], object]) -> object:
        try:
            return action()
        except RunError as error:
            return error

    with ThreadPoolExecutor(len(actions)) as threads:
        return list(threads.map(attempt, actions))


@pytest.mark.parametrize("configs", [[CONFIG], FOUR])
def test_thirty_clicks_at_once_start_what_one_click_starts(
    settings: Settings, started: list[str], configs: list[TrainConfig]
) -> None:
    limited = replace(settings, limits=Limits(runs=len(configs)))  # the other clicks are not over any limit, either
    answers = at_once(*[lambda: click(limited, configs)] * 30)
    assert len(started) == len(configs)
    assert answers == [started] * 30
    assert [run.config for run in reversed(runs.list_runs(settings))] == configs


def test_another_click_is_one_with_other_settings_name_or_person(settings: Settings, started: list[str]) -> None:
    for configs, name, by in (
        ([CONFIG], "", ""),
        ([CONFIG], "again", ""),
        ([CONFIG], "", ANNA),
        ([replace(CONFIG, seed=2)], "", ""),
        (FOUR, "", ""),
        ([CONFIG, CONFIG], "", ""),
    ):
        before = len(started)
        click(settings, configs, name, by)
        assert len(started) == before + len(configs)


def test_a_sweeps_title_with_a_later_minute_is_still_the_same_click(settings: Settings, started: list[str]) -> None:
    assert click(settings, FOUR, sweep="mine, 26 Nov 10:59") == click(settings, FOUR, sweep="mine, 26 Nov 11:00")
    assert len(started) == 4


@pytest.mark.parametrize("state", ["stopped", "failed", "done", "deleted"])
def test_once_the_first_has_ended_a_click_starts_it_again(settings: Settings, started: list[str], state: str) -> None:
    click(settings, [CONFIG])
    (run,) = runs.list_runs(settings)
    run.files.write_status(replace(run.status, state="done" if state == "deleted" else state))
    if state == "deleted":
        runs.delete_run(settings, run)
    click(settings, [CONFIG])
    assert len(started) == 2


def test_a_program_may_launch_the_same_twice(settings: Settings, started: list[str]) -> None:
    for _ in range(2):
        runs.launch(settings, CONFIG)
    assert len(started) == 2


def test_a_run_is_resumed_once(settings: Settings, started: list[str]) -> None:
    run = ended(settings)
    answers = at_once(*[lambda: runs.resume_run(settings, run)] * 8)
    assert started == [run.id]
    errors = [str(answer) for answer in answers if answer is not None]
    assert len(errors) == 7
    assert all("is queued: only a stopped" in error for error in errors)


def test_whatever_is_done_with_a_run_while_it_is_deleted_leaves_no_ghost(settings: Settings) -> None:
    for _ in range(12):
        run = ended(settings, "done")
        answers = at_once(
            partial(runs.rename_run, settings, run, "other", ANNA),
            partial(runs.delete_run, settings, run),
            partial(runs.annotate_run, settings, run, "a note"),
            partial(runs.delete_run, settings, run),
            partial(runs.stop_run, settings, run),
            partial(record_action, run.files, "stopped", ANNA),
        )
        assert None in (answers[1], answers[3])
        assert sum(isinstance(answer, RunError) for answer in (answers[1], answers[3])) == 1
        assert all(answer is None or str(answer).endswith(".") for answer in answers)
    assert [path.name for path in settings.runs.iterdir() if path.is_dir()] == []


def test_deleting_and_resuming_at_once_does_one_of_them(settings: Settings, started: list[str]) -> None:
    for _ in range(8):
        run = ended(settings)
        answers = at_once(partial(runs.resume_run, settings, run), partial(runs.delete_run, settings, run))
        assert sum(isinstance(answer, RunError) for answer in answers) == 1
        assert run.folder.exists() == (answers[0] is None) == (run.id in started)


@pytest.mark.parametrize(
    "write",
    [
        lambda files: files.write_status(Status()),
        lambda files: files.add_to_config(name="x"),
        lambda files: record_action(files, "noted", ANNA),
        lambda files: write_history(files.history, [Epoch(1, 1.0, 0.5, 0.5, 0.5, 0.5)]),
        lambda files: files.stop.touch(),
        lambda files: files.end(Status(), "stopped"),
        lambda files: lock_run(files),
    ],
)
def test_no_writer_makes_a_folder_that_is_gone(settings: Settings, write: Callable[[RunFolder], object]) -> None:
    run = ended(settings)
    runs.delete_run(settings, run)
    with suppress(OSError, RunError):
        write(run.files)
    assert not run.folder.exists()


@pytest.mark.parametrize(
    "act",
    [
        lambda settings, run: runs.rename_run(settings, run, "other"),
        lambda settings, run: runs.annotate_run(settings, run, "a note"),
        lambda settings, run: runs.stop_run(settings, run),
        lambda settings, run: runs.resume_run(settings, run),
        lambda settings, run: runs.delete_run(settings, run),
    ],
)
def test_what_is_done_with_a_deleted_run_says_so(settings: Settings, act: Callable[[Settings, Run], None]) -> None:
    run = ended(settings)
    runs.delete_run(settings, run)
    with pytest.raises(RunError, match=r"^There is no run .*deleted\.$"):
        act(settings, run)
    assert not run.folder.exists()
