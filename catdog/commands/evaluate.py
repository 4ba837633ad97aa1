"""python -m catdog evaluate: how a trained run scores on validation and test pictures."""

import argparse

from catdog.commands.terminal import add_json, print_json
from catdog.errors import RunError
from catdog.settings import Settings
from catdog.words import percent


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("evaluate", help="show a run's scores and what it mistook for what")
    parser.add_argument("which", metavar="RUN", help="a run's id or name, or a model for its latest finished run")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the scores that the training stored; raise RunError where there are none yet."""
    from catdog.runs import find_run

    run = find_run(settings, arguments.which)
    if not run.evaluation:
        raise RunError(f"The run {run.name} is {run.state} and has no scores: let it train to the end first.")
    classes = run.details["data"]["classes"]
    if arguments.json:
        print_json({"run": run.id, "classes": classes, **run.evaluation})
        return 0
    print(f"{run.name} ({run.id}): {run.config.model} on {run.config.source}")
    for split, scores in run.evaluation.items():
        print(f"{split}: accuracy {percent(scores['accuracy'])}, loss {scores['loss']:.4f}")
        for label, counts in enumerate(scores["confusion"]):
            other = 1 - label
            print(
                f"  of {sum(counts):,} {classes[label]}, {counts[label]:,} were recognised "
                f"and {counts[other]:,} taken for {classes[other]}"
            )
    return 0
