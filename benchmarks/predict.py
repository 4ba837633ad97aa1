"""Predictions: how fast, how exact, and with many people at once: python -m benchmarks.predict [--json].

    ways     for each model: LiteRT as the server uses it, one image at a time, in bulk, and for a heatmap, beside Keras
             on the same machine; how far the predictions of LiteRT and Keras lie apart
    server   a server that has just started: its first page and the first predictions of all four models for one image
    people   --people sessions, each of which opens the Predict page, uploads a photo, gets four predictions and thinks
             for about --pause seconds, --rounds times; whether each got those for its own photo; then all at once
    many     200 photos uploaded at once: how long it takes, and the most memory of its own that the server ever had

The models are untrained, which takes as long as trained ones; --home measures those of a home with runs of its own.
The images are drawn ones, or the JPEG files of --images FOLDER.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
from collections.abc import Sequence
from itertools import chain
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
from catdog.runs import Run, list_runs, open_run
from catdog.settings import Settings
from catdog.training.worker import describe_data

TOLERANCE = 1e-4  # in probability
MANY = 200  # photos
TARGETS = {("model4", LITERT_SINGLE): 2.5, ("model4", LITERT_BULK): 1000 / 300}  # milliseconds an image
ANY_MODEL = {LITERT_SINGLE: 7.0, HEATMAP: 1500.0}


def main() -> None:
    """Measure and print tables, or JSON with --json; each part goes to standard error too as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="measure the newest finished run of each model in this home")
    parser.add_argument("--images", type=Path, help="a folder of JPEG files to predict, subfolders included")
    parser.add_argument("--number", type=int, default=256, help="images in bulk (default 256)")
    parser.add_argument("--times", type=int, default=60, help="images one by one (default 60)")
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
        files = list_images(settings, options.images, max(options.number, MANY))
        ways = measure_inference(runs, files[: options.number], options.times)
        serving = measure_server(settings, runs, files, options.people, options.rounds, options.pause)
    if options.json:
        print(json.dumps({"ways": ways, "server": serving}, indent=2))
    else:
        print(f"{inference_table(ways)}\n\n{server_table(serving)}")


def make_runs(settings: Settings) -> list[Run]:
    """Make a finished run of each model, with random weights."""
    data = describe_data(open_dataset(settings, "drawn").catalog)
    runs = []
    for seed, model in enumerate(MODELS):
        run = make_finished_run(settings, model, seed, epochs=2)
        run.files.add_to_config(data=data)
        runs.append(run)
    # in a process of its own, since TensorFlow prints much on standard error
    command = [sys.executable, "-m", "benchmarks.synthetic_runs"]
    if run_process(settings, [*command, *chain(*((str(run.folder), run.config.model) for run in runs))]).status:
        raise SystemExit("The untrained models could not be made.")
    return [open_run(settings, run.id) for run in runs]


def list_images(settings: Settings, folder: Path | None, count: int) -> list[Path]:
    """Choose JPEG files, evenly spread; some come twice where there are too few.

    Args:
        settings: Where the drawn images are.
        folder: A folder with subfolders, None for the drawn images.
        count: How many files.

    Raises:
        SystemExit: The folder has none.
    """
    paths = sorted((folder or settings.data / "drawn").rglob("*.jpg"))
    if not paths and folder is None:
        open_dataset(settings, "drawn")
        paths = sorted((settings.data / "drawn").rglob("*.jpg"))
    if not paths:
        raise SystemExit(f"There are no .jpg files in {folder}.")
    return [paths[index] for index in np.linspace(0, len(paths) - 1, count).astype(int)]


def measure_inference(runs: Sequence[Run], files: Sequence[Path], times: int) -> list[dict]:
    """Return a row for each model and way, and for how far LiteRT and Keras lie apart.

    LiteRT comes first, before TensorFlow is imported.

    Args:
        runs: Finished runs, one of each model.
        files: Images to predict.
        times: How many images to predict one by one.
    """
    pixels = np.stack([resize(load_image(path)) for path in files])
    rows, probabilities = [], {}
    for run in runs:
        ways, probabilities[run.id] = measure_litert(run, pixels, times)
        rows += ways
        _report(ways)
    for run in runs:
        ways, expected = measure_keras(run, pixels, times)
        ways.append({"model": run.config.model, "apart": float(np.abs(expected - probabilities[run.id]).max())})
        rows += ways
        _report(ways)
    return rows


def measure_server(
    settings: Settings, runs: Sequence[Run], files: Sequence[Path], people: int, rounds: int, pause: float
) -> dict:
    """Measure the server with one photo, with many people, and with 200 photos.

    Args:
        settings: The server's home.
        runs: Finished runs, one of each model.
        files: JPEG files, at least one for each person and 200.
        people: How many people.
        rounds: How often each of them uploads a photo.
        pause: Seconds that they think, about.
    """
    photos = [path.read_bytes() for path in files]
    expected = expect_predictions(runs, [resize(load_image(path)) for path in files[:people]])
    results: dict = {}
    with start_server(settings) as (pid, port), watch_own_memory(pid) as most_memory:
        with UploadSession(port) as session:
            results["first page ms"] = 1000 * session.open(PREDICT)
            results["first answer ms"] = 1000 * session.upload([("first.jpg", photos[0])])
        results["warm answer ms"] = 1000 * statistics.median(_upload_again(port, photos[0]) for _ in range(9))
        _report(results)
        repeated = repeat_uploads(port, photos[:people], expected, rounds, pause)
        at_once = upload_at_once(port, photos[:people], expected)
        results |= {f"{people} people {name}": value for name, value in repeated.items()}
        results |= {f"{people} at the same instant {name}": value for name, value in at_once.items()}
        results["memory MB"] = anonymous_memory(pid) / 1e6
        _report(results)
        with UploadSession(port) as session:
            session.open(PREDICT)
            results[f"{MANY} photos s"] = session.upload(
                [(f"{index}.jpg", photo) for index, photo in enumerate(photos[:MANY])]
            )
        results["most memory MB"] = most_memory() / 1e6
        maps = Path(f"/proc/{pid}/maps")
        if maps.exists():
            results["TensorFlow in the server"] = bool(
                re.search(r"tensorflow/\S+\.so", maps.read_text(encoding="utf-8"))
            )
        _report(results)
    return results


def _upload_again(port: int, photo: bytes) -> float:
    with UploadSession(port) as session:
        session.open(PREDICT)
        return session.upload([("again.jpg", photo)])


def inference_table(rows: Sequence[dict]) -> str:
    """Return the rows of measure_inference as a Markdown table, those that miss their target marked."""
    lines = []
    for row in rows:
        if "apart" in row:
            note = "" if row["apart"] <= TOLERANCE else ", missed"
            lines.append(
                [row["model"], "LiteRT and Keras apart by", f"{row['apart']:.1e}", "", f"≤ {TOLERANCE:.0e}{note}"]
            )
            continue
        target = TARGETS.get((row["model"], row["way"]), ANY_MODEL.get(row["way"]))
        missed = "" if target is None or row["milliseconds"] <= target else ", missed"
        below = "" if target is None else f"≤ {target:.1f} ms{missed}"
        lines.append([row["model"], row["way"], f"{row['milliseconds']:.2f} ms", f"{row['per_second']:,.0f}", below])
    return markdown_table(["model", "way", "an image", "a second", "target"], lines)


def server_table(results: dict) -> str:
    """Return the results of measure_server as a Markdown table."""
    return markdown_table(
        ["server", "measured"],
        [[name, f"{value:,.0f}" if isinstance(value, float) else str(value)] for name, value in results.items()],
    )


def _report(results: object) -> None:
    print(json.dumps(results), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
