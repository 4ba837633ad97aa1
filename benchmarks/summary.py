"""Summarize the training benchmark's rows: means, ratios, and the distance to the floor."""

import statistics

from benchmarks.measure import markdown_table

WAYS = ("notebook", "catdog")
TIMES = ("epoch", "training", "total")


def summarize(rows: list[dict]) -> dict[str, dict]:
    """Return for each model what the ways took and reached, and the ratios of their times where both were measured.

    Args:
        rows: Rows of benchmarks.training.

    Returns:
        Means over a model's seeds, and the highest peak memory, by model. "all" has the sums of the models' means
        where both ways of every model were measured.
    """
    summaries = {}
    for model in dict.fromkeys(row["model"] for row in rows):
        by_way = {way: [row for row in rows if (row["model"], row["way"]) == (model, way)] for way in WAYS}
        summaries[model] = _add_ratios({way: _average(seeds) for way, seeds in by_way.items() if seeds})
    if all(set(WAYS) <= values.keys() for values in summaries.values()):
        summaries["all"] = _add_ratios({way: _sum([values[way] for values in summaries.values()]) for way in WAYS})
    return summaries


def summary_table(summaries: dict[str, dict]) -> str:
    """Return the result of `summarize` as a Markdown table."""
    header = ("", "way", "seeds", "seconds an epoch", "training, s", "total, s", "best validation", "peak memory, MB")
    lines = []
    for model, values in summaries.items():
        for way in WAYS:
            if means := values.get(way):
                times = (f"{means['epoch']:.2f}", f"{means['training']:.0f}", f"{means['total']:.0f}")
                seeds, best = ("", "") if model == "all" else (str(means["seeds"]), f"{means['best_val_accuracy']:.3f}")
                lines.append((model, way, seeds, *times, best, f"{means['memory']:,}"))
        if "training_ratio" in values:
            ratios = (f"{values['training_ratio']:.2f} times", f"{values['total_ratio']:.2f} times")
            lines.append((model, "ratio", "", "", *ratios, "", ""))
    return markdown_table(header, lines)


def _add_ratios(ways: dict[str, dict]) -> dict:
    """Return the ways, with the ratios of their times where both are there."""
    if len(ways) < len(WAYS):
        return ways
    notebook, catdog = (ways[way] for way in WAYS)
    return ways | {f"{key}_ratio": round(notebook[key] / catdog[key], 2) for key in ("training", "total")}


def _average(rows: list[dict]) -> dict:
    """Return the means over the seeds of one model trained one way."""
    return {
        "seeds": len({row["seed"] for row in rows}),
        **{key: round(statistics.mean(row[key] for row in rows), 2) for key in TIMES},
        "best_val_accuracy": round(statistics.mean(row["best_val_accuracy"] for row in rows), 4),
        "memory": max(row["memory"] for row in rows),
    }


def _sum(models: list[dict]) -> dict:
    """Return the sums of the models' means; the mean of their best, and their highest peak memory."""
    return {
        **{key: round(sum(means[key] for means in models), 2) for key in TIMES},
        "best_val_accuracy": round(statistics.mean(means["best_val_accuracy"] for means in models), 4),
        "memory": max(means["memory"] for means in models),
    }


def floor_ratios(summaries: dict[str, dict], floors: list[dict]) -> dict[str, dict]:
    """Return for each model with a floor how many times as long an epoch of catdog's takes.

    model4's ratio is under 1, since its stored features save most of what the floor computes anew in every epoch.

    Args:
        summaries: Result of `summarize`.
        floors: Rows of benchmarks.floor; a model's last one counts.
    """
    ratios = {}
    for floor in floors:
        if means := summaries.get(floor["model"], {}).get("catdog"):
            memory, sums = floor["epoch_from_memory_s"], floor["epoch_of_sums_alone_s"]
            ratios[floor["model"]] = {
                "epoch": means["epoch"],
                "epoch_from_memory": memory,
                "times_from_memory": round(means["epoch"] / memory, 2),
                "epoch_of_sums_alone": sums,
                "times_sums_alone": round(means["epoch"] / sums, 2),
            }
    return ratios


def floor_table(ratios: dict[str, dict]) -> str:
    """Return the result of `floor_ratios` as a Markdown table."""
    header = ("", "seconds an epoch", "from memory", "distance", "multiply-adds alone", "distance")
    lines = [
        (
            model,
            f"{values['epoch']:.2f}",
            f"{values['epoch_from_memory']:.2f}",
            f"{values['times_from_memory']:.2f} times",
            f"{values['epoch_of_sums_alone']:.2f}",
            f"{values['times_sums_alone']:.2f} times",
        )
        for model, values in ratios.items()
    ]
    return markdown_table(header, lines)
