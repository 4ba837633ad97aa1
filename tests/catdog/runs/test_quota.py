"""What runs remember of who did what, and how many of them a person may have at work."""

from dataclasses import replace

import pytest

from catdog.errors import AccessError
from catdog.runs import (
    actions,
    annotate_run,
    launch,
    launch_all,
    launching,
    list_runs,
    open_run,
    rename_run,
    resume_run,
    stop_run,
)
from catdog.runs.audit import MOST, record_action
from catdog.settings import Limits
from catdog.training import TrainConfig

ANNA, BEN = "anna@school.example", "ben@school.example"
CONFIG = TrainConfig("model1", "drawn")


@pytest.fixture
def limited(settings, monkeypatch):
    """Settings with which each person may have two runs; no run is really started."""
    monkeypatch.setattr(launching, "start_run", lambda settings, run: None)
    monkeypatch.setattr(actions, "start_run", lambda settings, run: None)
    return replace(settings, limits=Limits(runs=2))


def test_a_run_remembers_who_started_stopped_renamed_noted_and_resumed_it(limited):
    run = launch(limited, CONFIG, by=ANNA)
    stop_run(limited, run, by=BEN)
    run.files.write_status(replace(run.status, state="stopped"))
    rename_run(limited, run, "Other", by=ANNA)
    annotate_run(limited, run, "A note", by=ANNA)
    resume_run(limited, run, by=BEN)
    acts = open_run(limited, run.id).acts
    assert [(act.what, act.by) for act in acts] == [
        ("started", ANNA),
        ("stopped", BEN),
        ("renamed", ANNA),
        ("noted", ANNA),
        ("resumed", BEN),
    ]
    assert all(abs(act.at - run.created) < 60 for act in acts)
    assert open_run(limited, run.id).by == BEN


def test_where_nobody_signs_in_nothing_is_noted(limited):
    run = launch(limited, CONFIG)
    stop_run(limited, run)
    assert open_run(limited, run.id).acts == []
    assert "acts" not in open_run(limited, run.id).details


def test_the_acts_do_not_grow_without_end_and_the_first_stays(limited):
    run = launch(limited, CONFIG, by=ANNA)
    for number in range(MOST + 5):
        record_action(run.files, f"renamed {number}", BEN)
    acts = open_run(limited, run.id).acts
    assert len(acts) == MOST
    assert (acts[0].what, acts[-1].what) == ("started", f"renamed {MOST + 4}")


@pytest.mark.parametrize("acts", ["", 3, [3], [{"what": "started"}], [{"what": "x", "by": "y", "at": "soon"}], None])
def test_damaged_acts_are_passed_over(limited, acts):
    run = launch(limited, CONFIG)
    run.files.add_to_config(acts=acts)
    assert open_run(limited, run.id).acts == []


def test_no_more_runs_wait_or_train_for_a_person_than_allowed_and_others_have_room(limited):
    launch(limited, CONFIG, by=ANNA)
    with pytest.raises(
        AccessError, match="Each person may have 2 runs that wait or train, and 1 of yours do, so 2 more"
    ):
        launch_all(limited, [CONFIG, CONFIG], ["one", "two"], ANNA)
    assert len(list_runs(limited)) == 1  # all or none
    launch(limited, CONFIG, by=ANNA)
    with pytest.raises(
        AccessError, match="Each person may have 2 runs that wait or train, and 2 of yours do, so 1 more"
    ):
        launch(limited, CONFIG, by=ANNA)
    launch_all(limited, [CONFIG, CONFIG], ["one", "two"], BEN)


def test_a_run_that_has_ended_makes_room_and_resuming_takes_it_again(limited):
    ended, _ = launch_all(limited, [CONFIG, CONFIG], ["one", "two"], ANNA)
    ended.files.write_status(replace(ended.status, state="stopped"))
    launch(limited, CONFIG, by=ANNA)
    with pytest.raises(AccessError, match="1 more can't be started"):
        resume_run(limited, ended, by=ANNA)
    assert open_run(limited, ended.id).state == "stopped"
    resume_run(limited, ended, by=BEN)  # for whom it counts from now on
    assert open_run(limited, ended.id).by == BEN


def test_those_who_have_not_signed_in_count_together(limited):
    launch_all(limited, [CONFIG, CONFIG], ["one", "two"])
    with pytest.raises(AccessError, match="Everybody together may have 2 runs that wait or train, and 2 do, so 1 more"):
        launch(limited, CONFIG)
