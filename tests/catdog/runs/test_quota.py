"""What runs remember of who did what, and how many active ones a person may have."""

import re
from dataclasses import replace

import pytest

from catdog.errors import AccessError
from catdog.runs import (
    annotate_run,
    delete_run,
    launch,
    launch_all,
    list_runs,
    move_up,
    open_run,
    rename_run,
    resume_run,
    stop_run,
)
from catdog.runs.audit import MAX_ENTRIES, record_action
from catdog.runs.queue import Queue
from catdog.settings import Limits
from catdog.training import TrainConfig

ANNA, BEN = "anna@school.example", "ben@school.example"
CONFIG = TrainConfig("model1", "drawn")


@pytest.fixture
def limited(settings, monkeypatch):
    """Settings with which each person may have two runs; no run is really started."""
    monkeypatch.setattr("catdog.runs.executors.local.start", lambda settings, files: None)
    return replace(settings, limits=Limits(runs=2))


def test_a_run_remembers_who_did_what_with_it(limited, tmp_path):
    limited = replace(limited, owners=tmp_path / "owners.txt")
    limited.owners.write_text(BEN, encoding="utf-8")
    run = launch(limited, CONFIG, by=ANNA)
    stop_run(limited, run, by=BEN)
    run.files.write_status(replace(run.status, state="stopped"))
    rename_run(limited, run, "Other", by=ANNA)
    annotate_run(limited, run, "A note", by=ANNA)
    resume_run(limited, run, by=BEN)
    entries = open_run(limited, run.id).audit_log
    assert [(entry.what, entry.by) for entry in entries] == [
        ("started", ANNA),
        ("stopped", BEN),
        ("renamed", ANNA),
        ("noted", ANNA),
        ("resumed", BEN),
    ]
    assert all(abs(entry.at - run.created) < 60 for entry in entries)
    assert open_run(limited, run.id).by == BEN


def test_where_nobody_signs_in_nothing_is_noted(limited):
    run = launch(limited, CONFIG)
    stop_run(limited, run)
    assert open_run(limited, run.id).audit_log == []
    assert "acts" not in open_run(limited, run.id).details


def test_the_audit_log_is_bounded_and_keeps_its_first_entry(limited):
    run = launch(limited, CONFIG, by=ANNA)
    for number in range(MAX_ENTRIES + 5):
        record_action(run.files, f"renamed {number}", BEN)
    entries = open_run(limited, run.id).audit_log
    assert len(entries) == MAX_ENTRIES
    assert (entries[0].what, entries[-1].what) == ("started", f"renamed {MAX_ENTRIES + 4}")


@pytest.mark.parametrize("acts", ["", 3, [3], [{"what": "started"}], [{"what": "x", "by": "y", "at": "soon"}], None])
def test_damaged_entries_are_passed_over(limited, acts):
    run = launch(limited, CONFIG)
    run.files.add_to_config(acts=acts)
    assert open_run(limited, run.id).audit_log == []


def test_a_person_has_no_more_active_runs_than_allowed(limited):
    launch(limited, CONFIG, by=ANNA)
    with pytest.raises(
        AccessError, match="Each person may have 2 runs that wait or train, and 1 of yours do, so 2 more"
    ):
        launch_all(limited, [CONFIG, CONFIG], ["first", "second"], ANNA)
    assert len(list_runs(limited)) == 1  # all or none
    launch(limited, CONFIG, by=ANNA)
    with pytest.raises(
        AccessError, match="Each person may have 2 runs that wait or train, and 2 of yours do, so 1 more"
    ):
        launch(limited, CONFIG, by=ANNA)
    launch_all(limited, [CONFIG, CONFIG], ["first", "second"], BEN)


def test_a_run_that_has_ended_makes_room_and_resuming_takes_it_again(limited, tmp_path):
    ended, _ = launch_all(limited, [CONFIG, CONFIG], ["first", "second"], ANNA)
    ended.files.write_status(replace(ended.status, state="stopped"))
    launch(limited, CONFIG, by=ANNA)
    with pytest.raises(AccessError, match="1 more can't be started"):
        resume_run(limited, ended, by=ANNA)
    assert open_run(limited, ended.id).state == "stopped"
    limited = replace(limited, owners=tmp_path / "owners.txt")
    limited.owners.write_text(BEN, encoding="utf-8")
    resume_run(limited, ended, by=BEN)  # for whom it counts from now on
    assert open_run(limited, ended.id).by == BEN


def test_those_who_have_not_signed_in_count_together(limited):
    launch_all(limited, [CONFIG, CONFIG], ["first", "second"])
    with pytest.raises(AccessError, match="Everybody together may have 2 runs that wait or train, and 2 do, so 1 more"):
        launch(limited, CONFIG)


ACTIONS = {
    "stop": stop_run,
    "move up": move_up,
    "resume": resume_run,
    "rename": lambda settings, run, by: rename_run(settings, run, "Mine now", by),
    "note": lambda settings, run, by: annotate_run(settings, run, "Mine now", by),
    "delete": delete_run,
}


@pytest.mark.parametrize("starter", [ANNA, ""])
@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_a_member_changes_nothing_that_somebody_else_started(limited, action, starter):
    launch(limited, CONFIG, by=BEN)
    run = launch(limited, CONFIG, by=starter)
    before = {path.name: path.read_bytes() for path in run.folder.iterdir()}
    with pytest.raises(AccessError, match=r"^The run .* is not yours: "):
        action(limited, run, BEN)
    assert {path.name: path.read_bytes() for path in run.folder.iterdir()} == before


def test_whoever_resumed_a_run_that_another_started_does_not_own_it(limited):
    run = launch(limited, CONFIG)  # before people signed in
    record_action(run.files, "resumed", BEN)
    run.files.write_status(replace(run.status, state="stopped"))
    with pytest.raises(AccessError):
        delete_run(limited, open_run(limited, run.id), BEN)
    delete_run(limited, run)  # on the command line


def test_nobody_moves_a_run_up_past_somebody_elses(limited):
    first, second = launch(limited, CONFIG, by=ANNA), launch(limited, CONFIG, by=BEN)
    with pytest.raises(AccessError, match=re.escape(first.name)):
        move_up(limited, second, BEN)
    third = launch(limited, CONFIG, by=BEN)
    move_up(limited, third, BEN)
    assert Queue(limited.runs).waiting() == [first.id, third.id, second.id]
