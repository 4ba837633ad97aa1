"""The JSON files of a run folder, read by one rule: whatever is in them, what comes out has the right types and bounds.

Anybody may have edited, cut or replaced a file there. What does not fit is left out, and one sentence names the file.
"""

import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from catdog.training.config import MAX_EPOCHS, PLACE
from catdog.training.status import STATES, Status
from catdog.utils.files import read_regular
from catdog.utils.schema import ANY_OBJECT, TRUTH, Schema, list_of, number, one_of, sift, table_of, text, whole

MAX_BYTES = 32_000_000  # of a JSON file; the names of 100,000 excluded images take about 5 MB
SHARE, TIME, SPAN = number(0, 1), number(0, 1e11), number(0, 1e9)  # of 0..1; seconds since 1970; seconds
TIMES = ("queued", "started", "updated", "finished", "training_started", "scoring_started")
COUNT, LOSS = whole(0, 10**12), number(0, 1e9)
DESCRIPTION = text(100_000, of_files=True)  # of data, with names of files
WORD, LINE, PARAGRAPH = text(100), text(300), text(10_000)
IMAGES: Schema = {"pictures": COUNT, "digest": LINE, "paths": list_of(PLACE)}  # that people have chosen

STATUS: Schema = {
    "state": one_of(*STATES),
    "message": PARAGRAPH,
    "epoch": whole(0, MAX_EPOCHS),
    "epochs": whole(0, MAX_EPOCHS),
    "batch": COUNT,
    "batches": COUNT,
    **dict.fromkeys(TIMES, TIME),
    **dict.fromkeys(("seconds", "prepared"), SPAN),
    "best_val_accuracy": SHARE,
    "best_epoch": whole(1, MAX_EPOCHS),
    "pid": whole(1, 2**31 - 1),
    "pid_started": TIME,
    "host": LINE,
    "boot": LINE,
    "error": PARAGRAPH,
    "scoring": TRUTH,
}

DETAILS: Schema = {
    "name": LINE,
    "created": TIME,
    "config": ANY_OBJECT,  # TrainConfig has its own rules
    "sweep": LINE,
    "launch": WORD,
    "note": PARAGRAPH,
    "shared": TRUTH,
    "remedy": {"of": LINE, "verdict": LINE},
    "original": LINE,
    "data": {
        "source": PLACE,
        "title": PLACE,
        "note": DESCRIPTION,
        "classes": list_of(PLACE, least=2, most=2),
        "counts": table_of(WORD, table_of(PLACE, COUNT)),
        "baseline": SHARE,
        "fingerprint": LINE,
        "excluded": IMAGES,
        "corrected": IMAGES,
    },
    "device": LINE,
    "versions": table_of(WORD, LINE),
    "faster": list_of(PARAGRAPH),
    "weights": {"source": PLACE, "path": PLACE},
    "memory": COUNT,
    "scored": {"model.keras": WORD, "model.tflite": WORD},
}

SCORES: Schema = {"accuracy": SHARE, "loss": LOSS, "photos": COUNT}
EVALUATION: Schema = {"validation": SCORES, "test": SCORES}


@dataclass(frozen=True)
class Record:
    """What a JSON file of a run holds.

    Attributes:
        values: The entries that can be used.
        fault: What is wrong with the file and what to do; "" for nothing.
        missing: Whether there is no such file.
    """

    values: dict[str, Any] = field(default_factory=dict)
    fault: str = ""
    missing: bool = False


def read_record(path: Path, schema: Schema) -> Record:
    """Read a JSON file of a run, and leave out what does not fit."""
    try:
        values = json.loads(read_regular(path, MAX_BYTES))
    except FileNotFoundError:
        return Record(missing=True)
    except OSError as error:
        return Record(fault=describe_damage(path, error.strerror or str(error)))
    except (ValueError, RecursionError):
        return Record(fault=describe_damage(path, "it is no JSON"))
    if not isinstance(values, dict):
        return Record(fault=describe_damage(path, "it holds no JSON object"))
    kept, faults = sift(values, schema)
    more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
    return Record(kept, describe_damage(path, faults[0] + more) if faults else "")


def to_status(record: Record) -> Status:
    """Return the status that status.json holds; without a state, that of a run whose process is long gone."""
    values = {entry.name: record.values[entry.name] for entry in fields(Status) if entry.name in record.values}
    # what is missing must not look as if it had just been written
    return Status(**({"queued": 0.0, "updated": 0.0} | values))


def describe_damage(path: Path, what: str) -> str:
    """Return the sentence that a file of a run can't be used as it is.

    Args:
        path: The file, in the run's folder.
        what: What is wrong with it.
    """
    folder = path.parent.name.encode("utf-8", "backslashreplace").decode()
    return f"The file {folder}/{path.name} is damaged ({what}): put it right, or delete the run."
