"""What the recipes reach with several seeds: python -m benchmarks.recipes [--train] [--json].

Takes the finished runs on the real photos in the home (CATDOG_HOME) that are a recipe as it is, and prints a row for
each model and recipe: over its seeds, the validation accuracy of the best epoch and the test accuracy (minimum, median
and maximum), the share of seeds whose best epoch reaches the published figure, and how far training was ahead of
validation in the last five epochs.

--train first trains, one after another, what is missing of --models, --recipes and --seeds.
"""

import argparse
import itertools
import json
import statistics
import time
from collections.abc import Iterable, Sequence

from benchmarks.measure import markdown_table
from catdog.models.specs import MODELS
from catdog.runs import Run, launch, list_runs, open_run
from catdog.settings import Settings
from catdog.training import ACTIVE, TrainConfig
from catdog.training.recipes import RECIPES, list_recipes, make_config

PHOTOS = "photos"
LAST = 5  # epochs, of which the median counts
INTERVAL = 2.0  # seconds between two looks at a run
HEADER = (
    *("model", "recipe", "seeds", "best validation", "test"),
    *("reach the published", "training ahead of validation, last 5 epochs"),
)


def main() -> None:
    """Print the table, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", action="store_true", help="train what is missing first")
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--recipes", nargs="+", default=list(RECIPES), choices=list(RECIPES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    settings = Settings.from_environment()
    if options.train:
        configs = [
            make_config(model, recipe, source=PHOTOS, seed=seed)
            for seed, recipe, model in itertools.product(options.seeds, options.recipes, options.models)
        ]
        train_missing(settings, configs)
    runs = list_runs(settings)
    rows = []
    for model, recipe in itertools.product(options.models, options.recipes):
        row = summarize(select_runs(runs, model, recipe, options.seeds))
        if row and row not in rows:  # model4's Steady is its As published
            rows.append(row)
    print(json.dumps(rows, indent=2) if options.json else make_table(rows))


def train_missing(settings: Settings, configs: Iterable[TrainConfig]) -> None:
    """Train each of these settings that no finished run has, and wait for the end of each."""
    for config in configs:
        if any(run.finished and run.config == config for run in list_runs(settings)):
            continue
        run = launch(settings, config)
        while open_run(settings, run.id).state in ACTIVE:
            time.sleep(INTERVAL)


def select_runs(runs: Iterable[Run], model: str, recipe: str, seeds: Sequence[int]) -> list[Run]:
    """Return the finished and scored runs on all the photos that are this recipe of the model, one for each seed.

    Args:
        runs: The runs, newest first; of several with one seed the newest counts.
        model: "model1" to "model4".
        recipe: One of `RECIPES`.
        seeds: Which seeds count.
    """
    by_seed = {}
    for run in runs:
        usual = make_config(model, recipe, source=PHOTOS, seed=run.config.seed)
        if run.finished and run.test_accuracy is not None and run.config == usual and run.config.seed in seeds:
            by_seed.setdefault(run.config.seed, run)
    return [by_seed[seed] for seed in sorted(by_seed)]


def summarize(runs: Sequence[Run]) -> dict[str, object]:
    """Return one row of the table as plain values: accuracies and shares 0..1; {} without runs.

    Args:
        runs: Of one model and recipe, with different seeds.
    """
    if not runs:
        return {}
    config = runs[0].config
    published = MODELS[config.model].published.best_val_accuracy
    best = [run.best_val_accuracy for run in runs]
    return {
        "model": config.model,
        "recipe": list_recipes(config),
        "seeds": [run.config.seed for run in runs],
        "best_val_accuracy": _spread(best),
        "test_accuracy": _spread([run.test_accuracy for run in runs]),
        "published": published,
        "reach_published": sum(round(accuracy, 3) >= published for accuracy in best) / len(runs),
        "gap": _spread([_last_gap(run) for run in runs]),
    }


def make_table(rows: Iterable[dict]) -> str:
    """Return the rows of `summarize` as a Markdown table: minimum, **median**, maximum."""
    lines = [
        (
            row["model"],
            " and ".join(RECIPES[name].title for name in row["recipe"]),
            str(len(row["seeds"])),
            _format(row["best_val_accuracy"], 3),
            _format(row["test_accuracy"], 3),
            f"{round(row['reach_published'] * len(row['seeds']))} of {len(row['seeds'])} ({row['published']:.2f})",
            _format([100 * value for value in row["gap"]], 0) + " points",
        )
        for row in rows
    ]
    return markdown_table(HEADER, lines)


def _spread(values: Sequence[float]) -> list[float]:
    return [min(values), statistics.median(values), max(values)]


def _last_gap(run: Run) -> float:
    """Return the median of training accuracy minus validation accuracy in the last epochs, −1..1."""
    history = run.history()
    pairs = zip(history["accuracy"][-LAST:], history["val_accuracy"][-LAST:], strict=True)
    return statistics.median(training - validation for training, validation in pairs)


def _format(spread: Sequence[float], digits: int) -> str:
    low, median, high = (f"{round(value, digits) + 0.0:.{digits}f}" for value in spread)  # no -0
    return f"{low} · **{median}** · {high}"


if __name__ == "__main__":
    main()
