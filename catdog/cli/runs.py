"""python -m catdog runs: list, show, move up, stop, resume, rename, note and delete training runs."""

import argparse
from typing import TYPE_CHECKING

from catdog.cli.terminal import add_json_option, print_error, print_json
from catdog.errors import RunError, UsageError
from catdog.settings import Settings
from catdog.utils.text import format_duration, format_percent, format_time

if TYPE_CHECKING:
    from catdog.runs import DamagedRun, Run

UNSCORED = "*"  # behind a validation accuracy that is the best epoch's


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command and its actions."""
    parser = subparsers.add_parser(
        "runs", help="list, show, move up, stop, resume, rename, note or delete training runs"
    )
    add_json_option(parser)
    parser.set_defaults(run=run, action="list")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    for name, description in {
        "list": "every run, newest first (this is what `runs` alone does)",
        "show": "one run with its settings, scores and last log lines",
        "up": "let a waiting run change places with the one before it",
        "stop": "end a run after its current batch; what it has reached is kept",
        "resume": "go on with a run that was stopped, interrupted or failed",
        "rename": "give a run another name",
        "note": "keep a sentence or two with a run; an empty one removes it",
        "delete": "delete a run and everything it wrote, also one that is damaged",
    }.items():
        action = actions.add_parser(name, help=description, description=description)
        if name != "list":
            action.add_argument("run_name", metavar="RUN", help="the run's id or name")
        if name == "rename":
            action.add_argument("name", metavar="NAME", help="the new name")
        if name == "note":
            action.add_argument("note", metavar="TEXT", help="up to 1,000 characters")
        add_json_option(action)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Carry out the action that `arguments.action` names.

    Raises:
        RunError: There is no such run, or its state does not allow the action.
        UsageError: The run is named by its model, which is too vague to change or delete it.
    """
    from catdog import runs

    action = arguments.action or "list"
    if action == "list":
        return _list(runs.list_entries(settings), arguments.json)
    if action == "delete":
        return _delete(settings, arguments.run_name, arguments.json)
    run = runs.find_run(settings, arguments.run_name)
    if action == "show":
        return _show(run, arguments.json)
    _refuse_model(action, arguments.run_name, run)
    if action == "stop":
        runs.stop_run(settings, run)
    elif action == "resume":
        runs.resume_run(settings, run)
    elif action == "up":
        runs.move_up(settings, run)
    elif action == "note":
        runs.annotate_run(settings, run, arguments.note)
    else:
        runs.rename_run(settings, run, arguments.name)
    run = runs.open_run(settings, run.id)
    if action == "resume" and run.state in ("failed", "interrupted"):
        raise RunError(f"The run {run.name} is {run.state}: {run.status.error or 'its log tells why.'}")
    print_json(run.to_json()) if arguments.json else print(f"{run.name} ({run.id}) is {run.state}.")
    return 0


def _refuse_model(action: str, text: str, run: "Run | DamagedRun") -> None:
    """Refuse to change a run that is named by its model.

    Raises:
        UsageError: It is.
    """
    from catdog.models.specs import MODELS

    if text in MODELS and text not in (run.name, run.id):
        raise UsageError(f"To {action} a run, give its id or its name, not its model; such as {run.id}.")


def _delete(settings: Settings, text: str, as_json: bool) -> int:
    from catdog import runs

    run = runs.search_entry(settings, text)
    _refuse_model("delete", text, run)
    runs.delete_run(settings, run)
    print_json({"deleted": run.id}) if as_json else print(f"{run.name} ({run.id}) is deleted.")
    return 0


def _list(entries: "list[Run | DamagedRun]", as_json: bool) -> int:
    from catdog.runs import DamagedRun

    if as_json:
        print_json([entry.to_json() for entry in entries])
        return 0
    if not entries:
        print("There are no runs yet: python -m catdog train model1 makes one.")
        return 0
    row = "{:<32} {:<24} {:<7} {:<12} {:>6} {:>10} {:>8} {:>14}"
    print(row.format("id", "name", "model", "state", "epochs", "validation", "test", "time"))
    unscored = False
    for run in entries:
        if isinstance(run, DamagedRun):
            print(row.format(run.name, "–", "–", "damaged", "–", "–", "–", "–"))
            print_error(run.problem)
            continue
        for fault in run.faults:
            print_error(fault)
        mark = UNSCORED if run.val_accuracy is None and run.best_val_accuracy is not None else ""
        unscored |= bool(mark)
        print(
            row.format(
                run.id,
                run.name,
                run.config.model,
                f"{run.state}, damaged" if run.faults else run.state,
                run.config.total_epochs,
                f"{format_percent(run.selection_accuracy)}{mark}",
                format_percent(run.test_accuracy),
                format_duration(run.seconds),
            )
        )
    if unscored:
        print(f"{UNSCORED} best epoch, while training: the kept model has not been scored.")
    return 0


def _show(run: "Run", as_json: bool) -> int:
    from catdog.training.recipes import describe_recipe

    history = run.history()
    epochs = 0 if run.config.quick else len(history["epoch"])
    if as_json:
        details = {"details": run.details, "error": run.status.error, "ended_early": run.ended_early}
        print_json(run.to_json() | details | {"evaluation": run.evaluation, "history": history})
        return 0
    for fault in run.list_faults():
        print_error(fault)
    early = f", {run.ended_early}" if run.ended_early else ""
    print(f"{run.name} ({run.id}) is {run.state}{early}. {run.status.error or run.status.message}".rstrip())
    print(f"  recipe: {describe_recipe(run.config)}")
    print(
        "  settings: " + ", ".join(f"{key} {value}" for key, value in run.config.to_dict().items() if value is not None)
    )
    for epoch, accuracy, val_accuracy in zip(
        history.get("epoch", []), history.get("accuracy", []), history.get("val_accuracy", []), strict=True
    ):
        print(f"  epoch {epoch:.0f}: accuracy {format_percent(accuracy)}, validation {format_percent(val_accuracy)}")
    if run.note:
        print(f"  note: {run.note}")
    for act in run.audit_log:
        print(f"  {act.what} by {act.by}, {format_time(act.at)}")
    print(f"  validation accuracy {format_percent(run.val_accuracy)} (the kept model, scored once)")
    if epochs:
        best = f"{format_percent(run.best_val_accuracy)} in epoch {run.best_epoch}"
        print(f"  best of {epochs:,} epochs, while training: {best}")
    print(f"  test accuracy {format_percent(run.test_accuracy)}")
    print(f"  folder: {run.folder}")
    return 0
