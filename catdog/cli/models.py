"""python -m catdog models: the four models, their sizes and their published results."""

import argparse
from dataclasses import asdict

from catdog.cli.terminal import add_json_option, print_json
from catdog.settings import Settings
from catdog.utils.text import format_percent


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("models", help="list the four models with the results of the reference course")
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the models."""
    from catdog.models.specs import MODELS

    if arguments.json:
        print_json(
            [
                {
                    "name": spec.name,
                    "parameters": spec.parameters,
                    "trainable_parameters": spec.trainable_parameters,
                    "loss": spec.loss,
                    "goal": spec.goal,
                    "published": asdict(spec.published),
                }
                for spec in MODELS.values()
            ]
        )
        return 0
    for spec in MODELS.values():
        published = spec.published
        print(f"{spec.name}  {spec.title}: {spec.idea}")
        print(f"        {spec.parameters:,} parameters, of which {spec.trainable_parameters:,} are trained")
        print(f"        loss {spec.loss}, goal: validation accuracy {format_percent(spec.goal, 0)}")
        line = f"        reference course: best validation accuracy {format_percent(published.best_val_accuracy, 0)}"
        line += f", best training accuracy {format_percent(published.best_accuracy, 0)}"
        if published.test_accuracy is not None:
            line += f", test accuracy {format_percent(published.test_accuracy)}"
        print(line)
    return 0
