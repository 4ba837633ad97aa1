"""Predictions: how fast, how alike, and with how many people at once: python -m benchmarks.predict [--json]

    ways     for each model: LiteRT as the server uses it, one picture at a time and in bulk, and the map of where it
             looks, beside Keras's own ways on the same machine; how far the answers of LiteRT and Keras lie apart
    server   a server that has just started: its first page and the first answers of all four models to one picture
    people   --people sessions, each of which opens the Predict page, drops one photo, gets four answers and thinks for
             about --pause seconds, --rounds times; whether each got the answers to its own photo; then all at once
    many     200 photos dropped at once: how long it takes, and the most memory of its own that the server ever had

The models are untrained, which takes as long as trained ones; --home measures those of a home with runs of its own.
The pictures are drawn ones, or the JPEG files of --pictures FOLDER.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.inference import HEATMAP, LITERT_BULK, LITERT_SINGLE, measure_keras, measure_litert
from benchmarks.measure import anonymous_memory, markdown_table, watch_own_memory
from benchmarks.processes import run_process
from benchmarks.sessions import start_server
from benchmarks.synthetic_runs import make_finished_run
from benchmarks.uploads import PREDICT, UploadSession, expect_predictions, repeat_uploads, upload_at_once
from catdog.comparison import select_latest_finished
from catdog.datasets import open_dataset
from catdog.images.decode import load_image, resize
from catdog.models.specs import MODELS
from catdog.runs import Run, list_runs
from catdog.settings import Settings

TOLERANCE = 1e-4
MANY = 200
TARGETS = {("model4", LITERT_SINGLE): 2.5, ("model4", LITERT_BULK): 1000 / 300}  # milliseconds a picture
ANY_MODEL = {LITERT_SINGLE: 7.0, HEATMAP: 1500.0}


def main() -> None:
    """Measure and print tables, or JSON with --json; each part is told on standard error as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="measure the newest finished run of each model in this home")
    parser.add_argument("--pictures", type=Path, help="a folder of JPEG files to ask about, subfolders included")
    parser.add_argument("--number", type=int, default=256, help="pictures in bulk (default 256)")
    parser.add_argument("--times", type=int, default=60, help="pictures one by one (default 60)")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pause", type=float, default=5.0, help="seconds that people think, about (default 5)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if min(options.number, options.times, options.people, options.rounds) < 1:
        parser.error("--number, --times, --people and --rounds must be 1 or more")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=options.home or Path(folder) / "home", photos_url="file:///nowhere")
        runs = select_latest_finished(list_runs(settings)) if options.home else make_runs(settings)
        if not runs:
            raise SystemExit(f"There is no finished run in {options.home}: train one first.")
        files = list_images(settings, options.pictures, max(options.number, MANY))
        ways = measure_inference(runs, files[: options.number], options.times)
        serving = measure_server(settings, runs, files, options.people, options.rounds, options.pause)
    if options.json:
        print(json.dumps({"ways": ways, "start_server": serving}, indent=2))
    else:
        print(f"{inference_table(ways)}\n\n{server_table(serving)}")


def make_runs(settings: Settings) -> list[Run]:
    """Make a finished run of each model, whose weights are random."""
    open_dataset(settings, "drawn")
    runs = []
    for number, model in enumerate(MODELS):
        run = make_finished_run(settings, model, number, epochs=2)
        # in a process of its own, since TensorFlow says much on standard error
        if run_process(settings, [sys.executable, "-m", "benchmarks.synthetic_runs", str(run.folder), model]).status:
            raise SystemExit(f"The untrained {model} could not be made.")
        runs.append(run)
    return runs


def list_images(settings: Settings, folder: Path | None, number: int) -> list[Path]:
    """Return that many JPEG files of the folder, evenly spread, or else drawn ones; some twice where there are few."""
    paths = sorted((folder or settings.data / "drawn").rglob("*.jpg"))
    if not paths and folder is None:
        open_dataset(settings, "drawn")
        paths = sorted((settings.data / "drawn").rglob("*.jpg"))
    if not paths:
        raise SystemExit(f"There are no .jpg files in {folder}.")
    return [paths[place] for place in np.linspace(0, len(paths) - 1, number).astype(int)]


def measure_inference(runs: Sequence[Run], files: Sequence[Path], times: int) -> list[dict]:
    """Return a row for each model and way, LiteRT first, before TensorFlow is there, and how far apart answers are."""
    pixels = np.stack([resize(load_image(path)) for path in files])
    rows, apart = [], {}
    for run in runs:
        found, apart[run.id] = measure_litert(run, pixels, times)
        rows += found
        _tell(found)
    for run in runs:
        found, answers = measure_keras(run, pixels, times)
        found.append({"model": run.config.model, "apart": float(np.abs(answers - apart[run.id]).max())})
        rows += found
        _tell(found)
    return rows


def measure_server(
    settings: Settings, runs: Sequence[Run], files: Sequence[Path], number: int, rounds: int, pause: float
) -> dict:
    """Return what a server of this home does with one photo, with many people, and with 200 photos."""
    photos = [path.read_bytes() for path in files]
    known = expect_predictions(runs, [resize(load_image(path)) for path in files[:number]])
    found: dict = {}
    with start_server(settings) as (pid, port), watch_own_memory(pid) as most_memory:
        with UploadSession(port) as window:
            found["first page ms"] = 1000 * window.open(PREDICT)
            found["first answer ms"] = 1000 * window.drop([("first.jpg", photos[0])])
        found["warm answer ms"] = 1000 * statistics.median(_one(port, photos[0]) for _ in range(9))
        _tell(found)
        people_found = repeat_uploads(port, photos[:number], known, rounds, pause)
        at_once = upload_at_once(port, photos[:number], known)
        found |= {f"{number} people {name}": value for name, value in people_found.items()}
        found |= {f"{number} at the same instant {name}": value for name, value in at_once.items()}
        found["memory MB"] = anonymous_memory(pid) / 1e6
        _tell(found)
        with UploadSession(port) as window:
            window.open(PREDICT)
            found[f"{MANY} photos s"] = window.drop(
                [(f"{place}.jpg", photo) for place, photo in enumerate(photos[:MANY])]
            )
        found["most memory MB"] = most_memory() / 1e6
        maps = Path(f"/proc/{pid}/maps")
        if maps.exists():
            found["TensorFlow in the server"] = bool(re.search(r"tensorflow/\S+\.so", maps.read_text(encoding="utf-8")))
        _tell(found)
    return found


def _one(port: int, photo: bytes) -> float:
    with UploadSession(port) as window:
        window.open(PREDICT)
        return window.drop([("again.jpg", photo)])


def inference_table(rows: Sequence[dict]) -> str:
    """Return the ways as a Markdown table, those that miss their target marked."""
    lines = []
    for row in rows:
        if "apart" in row:
            note = "" if row["apart"] <= TOLERANCE else ", missed"
            lines.append([row["model"], "LiteRT and Keras apart by", f"{row['apart']:.1e}", "", f"≤ {TOLERANCE:.0e}{note}"])
            continue
        target = TARGETS.get((row["model"], row["way"]), ANY_MODEL.get(row["way"]))
        missed = "" if target is None or row["milliseconds"] <= target else ", missed"
        below = "" if target is None else f"≤ {target:.1f} ms{missed}"
        lines.append([row["model"], row["way"], f"{row['milliseconds']:.2f} ms", f"{row['per_second']:,.0f}", below])
    return markdown_table(["model", "way", "a picture", "a second", "target"], lines)


def server_table(found: dict) -> str:
    """Return what the server did as a Markdown table."""
    return markdown_table(
        ["start_server", "measured"],
        [[name, f"{value:,.0f}" if isinstance(value, float) else str(value)] for name, value in found.items()],
    )


def _tell(found: object) -> None:
    print(json.dumps(found), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
