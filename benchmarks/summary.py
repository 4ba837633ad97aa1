"""What the training benchmark's rows come to: means, ratios, and the distance to the floor."""

import statistics

from benchmarks.measure import markdown_table

WAYS = ("notebook", "catdog")
TIMES = ("epoch", "training", "total")


def summarize(rows: list[dict]) -> dict[str, dict]:
    """Return for each model what the ways took and reached, and the ratios of their times where both were measured.

    rows: as _row makes them. The values are means over the seeds that the model has, the peak memory is the highest.
    "all" has the sums of the models' means; it is there where both ways of every model were measured.
    """
    found = {}
    for model in dict.fromkeys(row["model"] for row in rows):
        mine = {way: [row for row in rows if (row["model"], row["way"]) == (model, way)] for way in WAYS}
        found[model] = _compared({way: _means(some) for way, some in mine.items() if some})
    if all(set(WAYS) <= values.keys() for values in found.values()):
        found["all"] = _compared({way: _sums([values[way] for values in found.values()]) for way in WAYS})
    return found


def summary_table(found: dict[str, dict]) -> str:
    """Return the summary as a Markdown table."""
    head = ("", "way", "seeds", "seconds an epoch", "training, s", "total, s", "best validation", "peak memory, MB")
    lines = []
    for model, values in found.items():
        for way in WAYS:
            if one := values.get(way):
                times = (f"{one['epoch']:.2f}", f"{one['training']:.0f}", f"{one['total']:.0f}")
                seeds, best = ("", "") if model == "all" else (str(one["seeds"]), f"{one['best_val_accuracy']:.3f}")
                lines.append((model, way, seeds, *times, best, f"{one['memory']:,}"))
        if "training_ratio" in values:
            ratios = (f"{values['training_ratio']:.2f} times", f"{values['total_ratio']:.2f} times")
            lines.append((model, "ratio", "", "", *ratios, "", ""))
    return markdown_table(head, lines)


def _compared(ways: dict[str, dict]) -> dict:
    """Return the ways, with the ratios of their times where both are there."""
    if len(ways) < len(WAYS):
        return ways
    notebook, catdog = (ways[way] for way in WAYS)
    return ways | {f"{key}_ratio": round(notebook[key] / catdog[key], 2) for key in ("training", "total")}


def _means(rows: list[dict]) -> dict:
    """Return the means over the seeds of one model trained one way."""
    return {
        "seeds": len({row["seed"] for row in rows}),
        **{key: round(statistics.mean(row[key] for row in rows), 2) for key in TIMES},
        "best_val_accuracy": round(statistics.mean(row["best_val_accuracy"] for row in rows), 4),
        "memory": max(row["memory"] for row in rows),
    }


def _sums(models: list[dict]) -> dict:
    """Return the sums of the models' means; the mean of their best, and their highest peak memory."""
    return {
        **{key: round(sum(one[key] for one in models), 2) for key in TIMES},
        "best_val_accuracy": round(statistics.mean(one["best_val_accuracy"] for one in models), 4),
        "memory": max(one["memory"] for one in models),
    }


def floor_ratios(found: dict[str, dict], floors: list[dict]) -> dict[str, dict]:
    """Return for each model with a floor how many times as long as that an epoch of catdog's takes.

    found: as summary returns it; floors: as benchmarks.floor prints them, of which a model's last counts. model4's
    distance is under 1, since its stored features save most of what the floor computes anew in every epoch.
    """
    far = {}
    for floor in floors:
        if one := found.get(floor["model"], {}).get("catdog"):
            memory, sums = floor["epoch_from_memory_s"], floor["epoch_of_sums_alone_s"]
            far[floor["model"]] = {
                "epoch": one["epoch"],
                "epoch_from_memory": memory,
                "times_from_memory": round(one["epoch"] / memory, 2),
                "epoch_of_sums_alone": sums,
                "times_sums_alone": round(one["epoch"] / sums, 2),
            }
    return far


def floor_table(far: dict[str, dict]) -> str:
    """Return the distances as a Markdown table."""
    head = ("", "seconds an epoch", "from memory", "distance", "multiply-adds alone", "distance")
    lines = [
        (
            model,
            f"{one['epoch']:.2f}",
            f"{one['epoch_from_memory']:.2f}",
            f"{one['times_from_memory']:.2f} times",
            f"{one['epoch_of_sums_alone']:.2f}",
            f"{one['times_sums_alone']:.2f} times",
        )
        for model, one in far.items()
    ]
    return markdown_table(head, lines)
