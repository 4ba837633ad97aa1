"""python -m catdog train, without training: what is checked before, what is shown, how it ends."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from catdog import runs
from catdog.__main__ import main
from catdog.cli import train as train_command
from catdog.runs import create_run, list_runs, open_run
from catdog.training import TrainConfig
from catdog.training.history import Epoch, write_history
from catdog.training.recipes import make_config, make_quick_config

KEYS = {"id", "name", "model", "source", "state", "epochs", "seconds"} | {
    "val_accuracy",
    "best_val_accuracy",
    "test_accuracy",
}


@pytest.fixture
def train(environment, picture_folder, monkeypatch):
    """Call train on the small pictures, with runs that are created but that no process takes up."""
    monkeypatch.setattr(runs, "launch", create_run)
    monkeypatch.setattr(train_command, "POLL_INTERVAL", 0)
    return lambda *words: main(["train", *words, "--source", str(picture_folder)])


def end_all(settings, **values) -> None:
    """Let every run have ended in this way."""
    for run in list_runs(settings):
        run.files.write_status(replace(run.status, **values))


def launch_ended(state: str, **values):
    """Return a launch whose runs have ended before anyone looks."""

    def launch(settings, config, name="", sweep="", catalog=None):
        run = create_run(settings, config, name)
        run.files.write_status(replace(run.status, state=state, **values))
        return open_run(settings, run.id)

    return launch


def test_a_grid_makes_a_run_for_every_combination_under_one_name(train, environment, capsys):
    words = ("model1", "--grid", "seed=1-3", "--grid", "learning-rate=0.001,0.0003", "--name", "rates", "--detach")
    assert train(*words) == 0
    created = list_runs(environment)
    assert {(run.config.seed, run.config.learning_rate) for run in created} == {
        (seed, rate) for seed in (1, 2, 3) for rate in (0.001, 0.0003)
    }
    assert {run.name.split(":")[0] for run in created} == {"rates"}
    assert len({run.name for run in created}) == 6
    [title] = {run.sweep for run in created}
    assert title.startswith("rates, ")
    assert "6 runs, one for each combination" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["model9"], "model9"),
        (["model1", "--grid", "seed"], "--grid seed=1,2,3"),
        (["model1", "--grid", "speed=1"], "no sweep over"),
        (["model1", "--grid", "seed=1-500"], "at most 200"),
        (["model1", "--grid", "learning_rate=9"], "learning rate"),
        (["model1", "model9"], "model9"),
        (["model1", "--epochs", "-3"], "-3"),
        (["model1", "model2", "--epochs", "0"], "epochs"),
        (["model1", "--batch-size", "0"], "batch size"),
        (["model1", "--learning-rate", "nan"], "learning rate"),
        (["model1", "--fraction", "1.5"], "1.5"),
        (["model1", "--seed", "-1"], "seed"),
        (["model1", "--patience", "-1"], "patience"),
        (["model1", "--schedule", "linear"], "constant, cosine, plateau"),
        (["model1", "--flip", "sideways"], "horizontal_and_vertical"),
        (["model1", "--turn", "270"], "270"),
        (["model1", "--turn", "nan"], "from 0 to 180"),
        (["model1", "--zoom", "0.95"], "0.95"),
        (["model1", "--shift", "1.5"], "shift"),
        (["model1", "--contrast", "-0.1"], "contrast"),
        (["model1", "--brightness", "2"], "brightness"),
        (["model1", "--fill", "mirror"], "reflect, constant, wrap, nearest"),
        (["model1", "--recipe", "best"], "choose one of steady, published, tuned"),
        (["model1", "--label-smoothing", "1"], "label smoothing"),
        (["model1", "--weight-decay", "-1"], "weight decay"),
        (["model1", "--clip-norm", "nan"], "gradient clipping"),
        (["model1", "model4", "--fine-tune-layers", "20"], "model1 has no pretrained layers"),
        (["model4", "--fine-tune-layers", "200"], "from 3 to 153"),
        (["model4", "--fine-tune-rate", "0.001"], "--fine-tune-rate counts only with --fine-tune-layers"),
        (["model4", "--fine-tune-layers", "20", "--fine-tune-epochs", "0"], "fine-tuning epochs"),
        (["model4", "--no-scale-pixels"], "can't do without scaled pixels"),
    ],
)
def test_a_wrong_value_is_one_sentence_before_anything_is_created(train, environment, words, message, capsys):
    assert train(*words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("catdog: ")
    assert printed.err.count("\n") == 1
    assert message in printed.err
    assert not environment.runs.exists()


def test_a_missing_folder_is_told_before_anything_is_created(environment, tmp_path, capsys):
    assert main(["train", "model1", "--source", str(tmp_path / "nowhere")]) == 1
    assert "nowhere" in capsys.readouterr().err
    assert not environment.runs.exists()


def test_every_option_reaches_the_run(train, environment, picture_folder):
    options = "--epochs 3 --batch-size 8 --learning-rate 0.01 --seed 5 --fraction 0.5 --exact --name mine --detach"
    options += " --patience 2 --schedule cosine --last-epoch --flip vertical --turn 36"
    options += " --zoom 0.2 --shift 0.3 --contrast 0.4 --brightness 0.5 --fill wrap"
    options += " --label-smoothing 0.1 --weight-decay 0.05 --clip-norm 1.5 --scale-pixels"
    assert train("model2", *options.split()) == 0
    [run] = list_runs(environment)
    assert run.name == "mine"
    assert run.config.to_dict() == {
        "model": "model2",
        "source": str(picture_folder),
        "epochs": 3,
        "batch_size": 8,
        "learning_rate": 0.01,
        "seed": 5,
        "fraction": 0.5,
        "exact": True,
        "patience": 2,
        "schedule": "cosine",
        "restore_best": False,
        "flip": "vertical",
        "rotation": 0.1,
        "zoom": 0.2,
        "translation": 0.3,
        "contrast": 0.4,
        "brightness": 0.5,
        "fill": "wrap",
        "label_smoothing": 0.1,
        "weight_decay": 0.05,
        "clip_norm": 1.5,
        "fine_tune_layers": 0,
        "fine_tune_epochs": 6,
        "fine_tune_rate": 0.0001,
        "scaling": True,
        "quick": False,
    }


def test_fine_tuning_reaches_a_run_of_model4_and_can_be_swept(train, environment):
    assert (
        train(
            "model4", *["--fine-tune-layers", "20", "--fine-tune-epochs", "3", "--fine-tune-rate", "0.0003", "--detach"]
        )
        == 0
    )
    [run] = list_runs(environment)
    assert (run.config.fine_tune_layers, run.config.fine_tune_epochs, run.config.fine_tune_rate) == (20, 3, 0.0003)
    assert run.name.startswith("model4 fine-tuned")
    assert run.to_json()["epochs"] == 23
    assert train("model4", *["--grid", "fine_tune_layers=0,20", "--fine-tune-epochs", "3", "--detach"]) == 0
    assert sorted(run.config.fine_tune_layers for run in list_runs(environment)) == [0, 20, 20]


def test_quick_fits_the_last_layer_of_model4_only(train, environment, capsys):
    assert train("model4", "--quick", "--fraction", "0.5", "--detach", "--json") == 0
    [run] = list_runs(environment)
    assert run.config == make_quick_config(run.config.source, fraction=0.5)
    printed = capsys.readouterr()
    assert json.loads(printed.out)["quick"] is True
    assert "only the last layer, at once" in printed.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["model4", "--epochs", "3"], "--quick has no setting epochs"),
        (["model4", "--grid", "learning_rate=0.1,0.2"], "--quick has no setting learning rate"),
        (["model1", "model4"], "--quick fits the last layer of model4 only"),
    ],
)
def test_what_does_not_count_for_quick_is_refused(train, environment, capsys, arguments, words):
    assert train(*arguments, "--quick", "--detach") != 0
    assert words in capsys.readouterr().err
    assert list_runs(environment) == []


def test_a_run_has_the_steady_recipe_or_the_one_named_and_options_overrule_it(train, environment, capsys):
    assert train("model1", "model4", "--detach") == 0
    assert train("model1", "--recipe", "published", "--detach") == 0
    assert train("model1", "--recipe", "tuned", "--epochs", "3", "--learning-rate", "0.01", "--detach") == 0
    configs = {replace(run.config, source="photos") for run in list_runs(environment)}
    expected = {make_config("model1", "steady"), make_config("model4", "steady"), TrainConfig("model1")}
    assert configs == {*expected, make_config("model1", "tuned", epochs=3, learning_rate=0.01)}
    assert "recipe: As published." in capsys.readouterr().err


def test_detached_runs_are_printed_as_they_are_queued(train, capsys):
    assert train("model1", "--detach", "--json") == 0
    run = json.loads(capsys.readouterr().out)
    assert set(run) == KEYS
    assert run["state"] == "queued"


def test_several_models_make_a_list_in_the_order_given(train, capsys):
    assert train("model3", "model1", "--name", "pair", "--detach", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [run["model"] for run in listed] == ["model3", "model1"]
    assert [run["name"] for run in listed] == ["pair model3", "pair model1"]


def test_a_run_that_failed_gives_its_sentence_and_status_1(train, monkeypatch, capsys):
    monkeypatch.setattr(runs, "launch", launch_ended("failed", error="The disk is full: free some space."))
    assert train("model1") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines()[-1].endswith("The disk is full: free some space.")


def test_a_run_that_is_done_is_one_line_with_its_scores(train, monkeypatch, capsys):
    done = launch_ended("done", epoch=20, best_val_accuracy=0.75, best_epoch=7, seconds=200.0)
    monkeypatch.setattr(runs, "launch", done)
    assert train("model1") == 0
    [line] = capsys.readouterr().out.splitlines()
    assert "is done, best epoch, while training: 75.0%, " in line  # nothing has scored it
    assert "3 min 20 s" in line


def test_a_run_that_ended_early_says_so_and_why(train, environment, monkeypatch, capsys):
    def launch(settings, config, name="", sweep="", catalog=None):
        run = launch_ended("done", epoch=3, best_val_accuracy=0.6, best_epoch=1)(settings, config, name)
        write_history(run.files.history, [Epoch(number, 1.0, 0.5, 0.7, 0.6, 0.7) for number in (1, 2, 3)])
        return run

    monkeypatch.setattr(runs, "launch", launch)
    assert train("model1", "--patience", "2") == 0
    why = "ended early after epoch 3: no better validation accuracy for 2 epochs"
    assert f"is done, {why}, best epoch, while training: 60.0%" in capsys.readouterr().out
    assert main(["runs", "show", list_runs(environment)[0].id]) == 0
    assert f"is done, {why}." in capsys.readouterr().out


def test_a_run_that_goes_on_is_followed_to_its_end(train, environment, monkeypatch, capsys):
    polls = []

    def sleep(seconds):
        polls.append(seconds)
        state = "running" if len(polls) < 4 else "done"
        end_all(environment, state=state, epoch=len(polls), batch=1, batches=2, message="training", pid=None)

    monkeypatch.setattr(train_command, "time", SimpleNamespace(sleep=sleep))  # other threads sleep on as ever
    assert train("model1", "--epochs", "4", "--json") == 0
    assert len(polls) == 4
    assert json.loads(capsys.readouterr().out)["state"] == "done"


def test_ctrl_c_stops_every_run_and_waits_for_it(train, environment, monkeypatch, capsys):
    requests = []

    def sleep(seconds):
        if not requests:
            requests.append("Ctrl-C")
            raise KeyboardInterrupt
        requests.append({run.config.model: run.files.stop.exists() for run in list_runs(environment)})
        end_all(environment, state="stopped")

    monkeypatch.setattr(train_command, "time", SimpleNamespace(sleep=sleep))  # other threads sleep on as ever
    assert train("model1", "model2", "--json") == 130
    printed = capsys.readouterr()
    assert "Stopping" in printed.err
    assert requests[1] == {"model1": True, "model2": True}
    assert [run["state"] for run in json.loads(printed.out)] == ["stopped", "stopped"]
