"""What many images cost: python -m benchmarks.data [--sizes 25000 100000] [--json].

For each size, with drawn images in a home of their own in a temporary folder:

    cataloguing   seconds, and by how much the memory of the process grows
    decoding      reading all of them once as 160 × 160, with the cataloguing before it; images a second
    first grid    milliseconds until the server has sent the whole Browse page with another sample, in a new window
    filters       the same for another class, split and size in an open window; and for all images by brightness
    server        the memory of the dashboard's process itself after all that; files that it has mapped don't count

Then how many images are decoded a second, beside Pillow in row thread and image_dataset_from_directory
(python -m benchmarks.decoding), of the drawn images, and of the photos where they are there.

At most --distinct images are drawn (2,000: a drawing takes some milliseconds). A larger set consists of hard links to
them under other names: the fingerprint reads every one, each is decoded and stored, but the disk is read for the
distinct ones only, which are in the system's memory then. 100,000 images need 8 GB of disk.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import anonymous_memory, markdown_table, peak_memory, watch_own_memory
from benchmarks.processes import run_process
from benchmarks.sessions import Session, start_server
from catdog.datasets import photos_root
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.settings import Settings

REPEAT = 9
SPLITS = {"train": 0.7, "validation": 0.3}
FILTERS = (
    {"class": "dogs"},
    {"class": "cats", "split": "test"},
    {"split": "training"},
    {"size": "small"},
    {"class": "dogs", "split": "validation", "size": "small"},
)
ORDERS = ({"order": "brightest"}, {"order": "darkest"}, {"order": "name"})


def main() -> None:
    """Measure and print a table, or JSON with --json; each row goes to standard error too as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[25_000, 100_000])
    parser.add_argument("--distinct", type=int, default=2000, help="how many images are drawn; even")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "drawn"
        generate_dataset(drawn, training=options.distinct, validation=2)
        for row in measure(Path(folder), drawn / "train", options.sizes):
            rows.append(row)
            print(json.dumps(row), file=sys.stderr, flush=True)
    print(json.dumps(rows, indent=2) if options.json else table(rows))


def measure(folder: Path, drawn: Path, sizes: list[int]) -> Iterator[dict]:
    """Measure datasets of some sizes, then the rates of decoding.

    Args:
        folder: An empty folder for the homes.
        drawn: Class folders with the drawn images.
        sizes: Images of each dataset.

    Yields:
        Rows of `make_row`.
    """
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=folder) as home:
            images = Path(home) / "images"
            link_images(drawn, images, size)
            settings = Settings(home=Path(home), photos_url="file:///nowhere", folders=(images,))
            yield from _measure_data(settings, images, size)
            yield from _measure_browse_page(settings, images, size)
    photos = photos_root(Settings.from_environment())
    for what, root in (("drawn images", drawn), ("photos", photos and photos / "train")):
        if root:
            rates = json.loads(_run_module(Settings(home=folder), ["benchmarks.decoding", str(root)]))
            for way, rate in rates.items():
                yield make_row(f"{what}, {way}", rate, "images/s")
            yield make_row(f"{what}, catdog : pil", round(rates["catdog"] / rates["pil"], 2), "times", target=">= 1.8")


def make_row(what: str, value: float, unit: str, images: int | None = None, target: str = "") -> dict:
    """Return one measurement: of how many images, what it is, its value, the unit, and the target, such as "< 200"."""
    return {"images": images, "what": what, "value": value, "unit": unit, "target": target}


def table(rows: list[dict]) -> str:
    """Return the measurements as a Markdown table."""
    return markdown_table(
        ["images", "what", "measured", "target"],
        [
            [
                f"{row['images']:,}" if row["images"] else "",
                row["what"],
                f"{row['value']:,} {row['unit']}",
                f"{row['target']} {row['unit']}" if row["target"] else "",
            ]
            for row in rows
        ],
    )


def link_images(drawn: Path, root: Path, size: int) -> None:
    """Make a dataset of about `size` images, root/train and root/validation, of hard links to those in `drawn`."""
    for split, share in SPLITS.items():
        for source in sorted(drawn.iterdir()):
            folder = root / split / source.name
            folder.mkdir(parents=True)
            files = sorted(source.iterdir())
            for index in range(round(share * size / 2)):
                os.link(files[index % len(files)], folder / f"{source.name}.{index}.jpg")


def _measure_data(settings: Settings, images: Path, size: int) -> Iterator[dict]:
    """Yield the rows of cataloguing and decoding."""
    catalog = json.loads(_run_module(settings, ["benchmarks.decoding", str(images), "--catalog"]))
    yield make_row("cataloguing", round(catalog["seconds"], 4), "s", size)
    yield make_row("memory for cataloguing", round(catalog["memory"] / 1e6), "MB", size)
    memory = [0]
    command = [sys.executable, "-m", "catdog", "data", "--source", str(images), "--decode"]
    result = run_process(settings, command, lambda pid: memory.append(peak_memory(pid)))
    if result.status:
        raise SystemExit(f"python -m {' '.join(command[2:])} failed")
    yield make_row("cataloguing and decoding", round(size / result.seconds), "images/s", size)
    yield make_row("memory for cataloguing and decoding", round(max(memory) / 1e6), "MB", size)


def _measure_browse_page(settings: Settings, images: Path, size: int) -> Iterator[dict]:
    """Yield the rows of the Browse page."""
    with start_server(settings) as (pid, port), watch_own_memory(pid) as most_memory:
        source = {"data": str(images)}
        with Session(port) as tab:
            yield make_row("first opening after the server's start", round(tab.open("browse", **source), 2), "s", size)
            # waits until the statistics of all images are there
            seconds = tab.open("browse", order="largest", **source)
            yield make_row("first order by size", round(seconds, 2), "s", size)

            filters = [FILTERS[turn % len(FILTERS)] | {"sample": turn} for turn in range(REPEAT)]
            orders = [ORDERS[turn % len(ORDERS)] | {"page": 2 + turn} for turn in range(REPEAT)]
            for what, queries in (("another filter", filters), ("all images in another order", orders)):
                durations = [_open_browse(tab, source | query) for query in queries]
                yield make_row(what, _median_milliseconds(durations), "ms", size, "< 200")
        for what, grid in (("first grid", {}), ("first grid of 8 × 12", {"rows": 8, "columns": 12})):
            durations = []
            for sample in range(1, 1 + REPEAT):
                with Session(port) as tab:
                    durations.append(_open_browse(tab, source | grid | {"sample": sample}))
            yield make_row(what, _median_milliseconds(durations), "ms", size, "< 200")
        yield make_row("server's memory", round(anonymous_memory(pid) / 1e6), "MB", size, "< 350")
        yield make_row("server's memory at its peak", round(most_memory() / 1e6), "MB", size)


def _open_browse(tab: Session, query: dict) -> float:
    """Open the Browse page; return the seconds, raise SystemExit where it has no grid."""
    seconds = tab.open("browse", **query)
    if tab.images < 7:  # the six mean images, and one of the grid at least
        raise SystemExit(f"The page has no images for {query}.")
    return seconds


def _median_milliseconds(seconds: list[float]) -> float:
    return round(1000 * statistics.median(seconds), 1)


def _run_module(settings: Settings, module: list[str]) -> str:
    """Return what a module with its arguments prints."""
    result = run_process(settings, [sys.executable, "-m", *module])
    if result.status:
        raise SystemExit(f"python -m {' '.join(module)} failed")
    return result.printed


if __name__ == "__main__":
    main()
