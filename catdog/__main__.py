"""The command line: python -m catdog COMMAND, one of those in `catdog.cli`."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from catdog import __version__
from catdog.cli import (
    data,
    doubts,
    evaluate,
    export,
    features,
    grade,
    handin,
    health,
    models,
    neighbours,
    notebook,
    predict,
    relabel,
    runs,
    train,
)
from catdog.cli.terminal import print_error
from catdog.errors import CatDogError, UsageError
from catdog.settings import Limits, Settings


class Parser(argparse.ArgumentParser):
    """An argument parser that reports wrong use by a UsageError: one sentence, not a page of usage."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with argparse's message."""
        raise UsageError(f"{message.rstrip('.')}: see {self.prog} --help.")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; each sets `run`, the function that carries it out."""
    parser = Parser(
        prog="python -m catdog",
        description="Learn image classification with cats and dogs, without a browser. "
        "Every command has --help and --json.",
    )
    parser.add_argument("--version", action="version", version=f"catdog {__version__}")
    parser.set_defaults(json=False)
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (
        data,
        health,
        models,
        features,
        neighbours,
        doubts,
        relabel,
        train,
        runs,
        evaluate,
        predict,
        export,
        notebook,
        handin,
        grade,
    ):
        command.add_parser(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command. Programming errors are not caught.

    Args:
        arguments: The command and its options, those of this process by default.

    Returns:
        The exit status. 0: done; 1: it failed, and one line on standard error says why and what to do; 2: it was
        called in a wrong way; 130: stopped by Ctrl-C.
    """
    try:
        options = build_parser().parse_args(arguments)
        # limits are for the people on the pages: whoever has a shell here has the machine
        settings = replace(Settings.from_environment(), limits=Limits())
        if settings.home.is_dir() and options.run is not models.run:
            from catdog.runs.cleanup import clean_home

            clean_home(settings)
        status = options.run(options, settings)
        sys.stdout.flush()
    except CatDogError as error:
        print_error(str(error))
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # the reader of the output has gone, as `head` does; flushing the rest must not fail either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        print_error(f"The system says: {error.strerror or error}{place}. Correct that and try again.")
        return 1
    return status


def run() -> int:
    """Carry out the command of this process, from `python -m catdog` or the console script `catdog`."""
    # file names that are not valid text, and terminals that lack a character, must not end in a traceback
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.stderr.reconfigure(errors="backslashreplace")
    return main()


if __name__ == "__main__":
    sys.exit(run())
