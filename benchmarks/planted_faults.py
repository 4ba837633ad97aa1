"""How often the diagnosis of learning curves is right: python -m benchmarks.planted_faults [--json].

It judges the histories that are stored with the tests: short trainings with planted faults, and full-size runs. What
is right to say of each was decided when it was stored, from what had been planted. Two confusion tables come out: of
the half on which the rules were tuned, and of the half that was held out.

--train trains what benchmarks.plants lists and has no history yet, half an hour on two cores, and decides anew what is
right. --runs FOLDER … stores the histories of finished runs on the photos, from folders as catdog makes them.
"""

import argparse
import json
import shutil
import sys
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.measure import markdown_table
from benchmarks.plants import (
    HEAVY,
    HISTORIES,
    MANIFEST,
    NEEDS_TWIN,
    USUAL_RATES,
    Plant,
    decide,
    decide_full_size,
    find_twin,
    list_plants,
    read_columns,
)
from catdog.augmentation.config import Augmentation
from catdog.comparison import Conditions, Verdict, diagnose
from catdog.training import RunFolder, TrainConfig

ALARMS = {
    *(Verdict.NOT_LEARNED, Verdict.OVERFITS, Verdict.UNSTABLE, Verdict.DIVERGED),
    *(Verdict.RATE_TOO_HIGH, Verdict.RATE_TOO_LOW),
}
HALVES = ("tuning", "held out")
FULL_SIZE = "full-size run"
TWINS = HISTORIES / "twins"


def main() -> None:
    """Judge the stored histories and print the tables, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", action="store_true", help="train what has no history yet")
    parser.add_argument("--names", nargs="+", default=[""], metavar="NAME", help="only those that begin so")
    parser.add_argument("--runs", type=Path, nargs="+", default=[], metavar="FOLDER", help="finished runs to store")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.train:
        from benchmarks.planted_training import train_missing

        plants = [plant for plant in list_plants() if plant.name.startswith(tuple(options.names))]
        train_missing(plants, HISTORIES, TWINS)
        store_plants()
    if options.runs:
        store_runs(options.runs)
    rows = judge(read_manifest())
    print(json.dumps(rows, indent=2) if options.json else report(rows))


def read_manifest() -> list[dict[str, Any]]:
    """Return what is known of each stored history: its settings and what is right to say of it."""
    return json.loads(MANIFEST.read_text(encoding="utf-8"))


def judge(manifest: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Diagnose each stored history; return the manifest's entries with "verdict", "correct" and "alarm"."""
    rows = []
    for entry in manifest:
        conditions = Conditions(
            TrainConfig(**entry["config"]), entry["usual_rate"], entry["training"], entry["validation"]
        )
        diagnosis = diagnose(read_columns(HISTORIES / f"{entry['name']}.csv"), conditions)
        verdict = str(diagnosis.verdict) if diagnosis else ""
        healthy = entry["fault"] == "healthy"
        rows.append(
            entry | {"verdict": verdict, "correct": verdict in entry["right"], "alarm": healthy and verdict in ALARMS}
        )
    return rows


def report(rows: Sequence[dict[str, Any]]) -> str:
    """Return how many are named right, and the confusion table of each half, as Markdown."""
    parts = []
    for half in HALVES:
        members = [row for row in rows if row["half"] == half]
        right, alarms = sum(row["correct"] for row in members), sum(row["alarm"] for row in members)
        healthy = sum(row["fault"] == "healthy" for row in members)
        parts.append(
            f"{half.capitalize()}: {right} of {len(members)} named right ({100 * right / len(members):.0f}%), "
            f"{alarms} false alarms on {healthy} healthy trainings."
        )
        parts.append(confusion_table(members))
    return "\n\n".join(parts)


def confusion_table(rows: Sequence[dict[str, Any]]) -> str:
    """Return a Markdown table: a row for each fault, a column for each verdict; wrong ones are marked with ✗."""
    verdicts = [verdict for verdict in map(str, Verdict) if any(row["verdict"] == verdict for row in rows)]
    faults = list(dict.fromkeys(row["fault"] for row in rows))
    right, wrong = (
        Counter((row["fault"], row["verdict"]) for row in rows if row["correct"] is correct)
        for correct in (True, False)
    )

    def cell(fault: str, verdict: str) -> str:
        counts = (right[fault, verdict], wrong[fault, verdict])
        return " ".join(part for part in (f"{counts[0] or ''}", f"{counts[1]} ✗" if counts[1] else "") if part)

    return markdown_table(
        ["planted", *verdicts], [[fault, *(cell(fault, verdict) for verdict in verdicts)] for fault in faults]
    )


def store_plants() -> None:
    """Decide what is right of each planted training that has its history, and write it into the manifest."""
    entries = [entry for entry in _read_or_empty() if entry["fault"] == FULL_SIZE]
    planted = []
    for plant in list_plants():
        decision = decide_stored(plant)
        if decision is None:
            print(f"{plant.name} is not trained yet.", file=sys.stderr)
        else:
            planted.append(_make_entry(plant) | decision)
    _write(planted + entries)


def decide_stored(plant: Plant) -> dict[str, Any] | None:
    """Return what `decide` says of a training by its stored history and its twin's; None where one is missing."""
    path, twin = HISTORIES / f"{plant.name}.csv", TWINS / f"{find_twin(plant).name}.csv"
    compared = plant.fault in NEEDS_TWIN
    if not path.exists() or (compared and not twin.exists()):
        return None
    return decide(plant, read_columns(path), read_columns(twin) if compared else None)


def store_runs(folders: Sequence[Path]) -> None:
    """Store the histories of finished runs on all photos, and what is right to say of them."""
    entries = {entry["name"]: entry for entry in _read_or_empty()}
    for folder in map(RunFolder, folders):
        if folder.read_status().state != "done":
            continue
        details = folder.read_config()
        config = TrainConfig.from_dict(details["config"])
        counts = {split: sum(by_class.values()) for split, by_class in details["data"]["counts"].items()}
        name = f"full-size-{config.model}-{config.learning_rate:g}-{config.schedule}-{config.seed}".replace(".", "")
        shutil.copyfile(folder.history, HISTORIES / f"{name}.csv")
        default = TrainConfig(config.model)
        changed = {key: value for key, value in asdict(config).items() if value != getattr(default, key)}
        entry = {
            "name": name,
            "fault": FULL_SIZE,
            "config": {"model": config.model} | changed,
            "usual_rate": USUAL_RATES[config.model],
            "training": round(config.fraction * counts["training"]),
            "validation": counts["validation"],
            "noise": 0.0,
            "half": HALVES[zlib.crc32(name.encode()) % 2],
        }
        entries[name] = entry | decide_full_size(
            config.learning_rate / USUAL_RATES[config.model], read_columns(folder.history), counts["validation"]
        )
    _write(list(entries.values()))


def _make_entry(plant: Plant) -> dict[str, Any]:
    augmentation = {"own": {}, "none": asdict(Augmentation()), "heavy": asdict(HEAVY)}[plant.augmentation]
    return {
        "name": plant.name,
        "fault": plant.fault,
        "config": {
            "model": plant.model,
            "source": plant.source,
            "epochs": plant.epochs,
            "batch_size": plant.batch,
            "learning_rate": plant.learning_rate,
            "seed": plant.seed,
            **augmentation,
        },
        "usual_rate": USUAL_RATES[plant.model],
        "training": plant.training,
        "validation": plant.validation,
        "noise": plant.noise,
        "half": plant.half,
    }


def _read_or_empty() -> list[dict[str, Any]]:
    return read_manifest() if MANIFEST.exists() else []


def _write(entries: list[dict[str, Any]]) -> None:
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    MANIFEST.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
