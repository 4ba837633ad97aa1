"""python -m catdog models: the four models, their sizes and what the notebook published about them."""

import argparse
from dataclasses import asdict

from catdog.cli.terminal import add_json, print_json
from catdog.settings import Settings
from catdog.utils.text import format_percent


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("models", help="list the four models with their published results")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the models."""
    from catdog.models.specs import MODELS

    if arguments.json:
        print_json(
            [
                {
                    "name": recipe.name,
                    "parameters": recipe.parameters,
                    "trainable_parameters": recipe.trainable_parameters,
                    "loss": recipe.loss,
                    "goal": recipe.goal,
                    "published": asdict(recipe.published),
                }
                for recipe in MODELS.values()
            ]
        )
        return 0
    for recipe in MODELS.values():
        published = recipe.published
        print(f"{recipe.name}  {recipe.title}: {recipe.idea}")
        print(f"        {recipe.parameters:,} parameters, of which {recipe.trainable_parameters:,} are trained")
        print(f"        loss {recipe.loss}, goal: validation accuracy {format_percent(recipe.goal, 0)}")
        line = f"        published: best validation accuracy {format_percent(published.best_val_accuracy, 0)}"
        line += f", best training accuracy {format_percent(published.best_accuracy, 0)}"
        if published.test_accuracy is not None:
            line += f", test accuracy {format_percent(published.test_accuracy)}"
        print(line)
    return 0
