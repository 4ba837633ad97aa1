"""Damaged, cut, spliced and made-up image files by the thousand: python -m tests.fuzz --cases 10000.

Each must give an image or an ImageError: never another exception, never more than 2 s of computing or 600 MB of
memory. Hypothesis chooses them and makes a failing one smaller. The process ends with status 1 where a case broke the
rules, and is ended by a signal where a decoder hangs or crashes, so a test runs it as a process of its own.
"""

import argparse
import io
import signal
import sys
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from benchmarks.measure import peak_memory
from catdog.errors import ImageError
from catdog.images.decode import read_image, resize
from tests.image_files import STARTS, make_files

MOST_SECONDS = 2.0  # of the processor, since other work on the machine is not the decoder's fault
MOST_BYTES = 600_000_000
HANGS = 30  # seconds by the clock after which a decoder is taken to hang
HEADER = 200  # bytes where damage does more than change colours
EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


@dataclass
class Tally:
    """The outcome of the cases so far."""

    images: int = 0
    refused: int = 0
    slowest: float = 0.0
    most_memory: int = 0
    sentences: Counter = field(default_factory=Counter)


def files(samples: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return a strategy for files: samples with some damage, two spliced, or bytes that just begin like an image."""
    damaged = st.builds(_damaged, st.sampled_from(samples), st.lists(_damage(), min_size=0, max_size=6))
    spliced = st.builds(
        lambda first, second, cut: first[: len(first) * cut // 1000] + second,
        st.sampled_from(samples),
        st.sampled_from(samples),
        st.integers(1, 1000),
    )
    made_up = st.builds(lambda start, rest: start + rest, st.sampled_from(STARTS), st.binary(max_size=400))
    return st.one_of(damaged, damaged, damaged, spliced, made_up)


def _damage() -> st.SearchStrategy[tuple]:
    place = st.tuples(st.booleans(), st.integers(0, 9999))  # near the beginning or anywhere; where, in parts of 10,000
    return st.one_of(
        st.tuples(st.just("byte"), place, st.integers(0, 255)),
        st.tuples(st.just("big"), place, st.sampled_from(EXTREMES)),
        st.tuples(st.just("little"), place, st.sampled_from(EXTREMES)),
        st.tuples(st.just("insert"), place, st.binary(min_size=1, max_size=40)),
        st.tuples(st.just("remove"), place, st.integers(1, 400)),
        st.tuples(st.just("repeat"), place, st.integers(1, 400)),
        st.tuples(st.just("cut"), place, st.none()),
    )


def _damaged(data: bytes, damages: list[tuple]) -> bytes:
    for what, (near, share), value in damages:
        place = (min(len(data), HEADER) if near else len(data)) * share // 10_000
        before, rest = data[:place], data[place:]
        if what == "byte":
            data = before + bytes([value]) + rest[1:]
        elif what in ("big", "little"):
            number = value.to_bytes(4 if value > 0xFFFF or share % 2 else 2, what)
            data = before + number + rest[len(number) :]
        elif what == "insert":
            data = before + value + rest
        elif what == "remove":
            data = before + rest[value:]
        elif what == "repeat":
            data = before + rest[:value] * 50 + rest
        else:
            data = before
    return data


def check(data: bytes, tally: Tally) -> None:
    """Read one file, and count what comes of it; AssertionError where it breaks the rules."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak of the memory starts anew
    signal.alarm(HANGS)
    began = time.process_time()
    try:
        pixels = read_image(data, "case.jpg")
    except ImageError as error:
        pixels, sentence = None, str(error)
    spent, memory = time.process_time() - began, peak_memory("self")
    signal.alarm(0)
    tally.slowest, tally.most_memory = max(tally.slowest, spent), max(tally.most_memory, memory)
    assert spent <= MOST_SECONDS, f"{spent:.1f} s for {len(data):,} bytes"
    assert memory <= MOST_BYTES, f"{memory / 1e6:.0f} MB for {len(data):,} bytes"
    if pixels is None:
        tally.refused += 1
        assert sentence.startswith("Can't read case.jpg: "), sentence
        assert sentence.endswith("."), sentence
        assert sentence.isprintable(), sentence
        tally.sentences[sentence.partition(": ")[2][:30]] += 1
    else:
        tally.images += 1
        assert pixels.dtype == np.uint8
        assert pixels.ndim == 3
        assert pixels.shape[2] == 3
        assert resize(pixels).shape == (160, 160, 3)


def main(argv: list[str] | None = None) -> int:
    """Run the cases, and say what came of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=300, help="how many files (default 300)")
    parser.add_argument("--seed", type=int, default=1, help="where the random numbers start (default 1)")
    parser.add_argument("--photos", type=Path, help="a zip of real photos, some of which are damaged too")
    options = parser.parse_args(argv)
    samples = make_files()
    if options.photos:
        with zipfile.ZipFile(options.photos) as zipped:
            names = sorted(name for name in zipped.namelist() if name.lower().endswith(".jpg"))
            samples += [zipped.read(name) for name in names[:: max(1, len(names) // 20)]]
    tally = Tally()

    @seed(options.seed)
    @settings(max_examples=options.cases, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(files(samples))
    def every_case(data: bytes) -> None:
        check(data, tally)

    warnings.simplefilter("ignore")  # Pillow warns of damage that it also raises for
    output, failed = io.StringIO(), False
    try:
        every_case()
    except BaseException:
        failed = True
        traceback.print_exc(file=output)
    print(
        f"{tally.images + tally.refused} files from {len(samples)} samples: {tally.images} images, "
        f"{tally.refused} refused with a sentence; slowest {tally.slowest:.2f} s, "
        f"most memory {tally.most_memory / 1e6:.0f} MB."
    )
    for sentence, count in tally.sentences.most_common(12):
        print(f"{count:7}  {sentence} …")
    print(output.getvalue(), end="", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
