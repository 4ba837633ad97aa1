"""Many people on the Predict page at once: how long each waits, and whether the answers are to their own photo."""

import random
import statistics
import threading
import time
from collections.abc import Sequence

import numpy as np

from benchmarks.dropping import PREDICT, Dropper
from catdog.inference.predictor import Predictor
from catdog.runs import Run
from catdog.utils.text import format_percent

CLASSES = ("cats", "dogs")


def expected_answers(runs: Sequence[Run], pictures: Sequence[np.ndarray]) -> list[list[str]]:
    """Return for each picture, uint8 (160, 160, 3), how the page words each run's answer, the models in order."""
    words: list[list[str]] = [[] for _ in pictures]
    for run in sorted(runs, key=lambda run: run.config.model):
        probabilities = Predictor(run.files.tflite).predict(np.stack(pictures))
        for said, probability in zip(words, map(float, probabilities), strict=True):
            sure = max(probability, 1 - probability)
            said.append(f"{CLASSES[probability > 0.5]}, {format_percent(sure)} sure")
    return words


def people(
    port: int, photos: Sequence[bytes], expected: Sequence[Sequence[str]], rounds: int, pause: float
) -> dict[str, float]:
    """Let as many people as there are photos drop theirs, again and again; return their waits in milliseconds.

    Each opens the page anew in each round, drops a photo, and thinks between half and one and a half times `pause`.
    """
    return _together(port, photos, expected, rounds, pause)


def all_at_once(port: int, photos: Sequence[bytes], expected: Sequence[Sequence[str]]) -> dict[str, float]:
    """Let all people drop their photo at the same instant, each in a page that is open: the worst that can be."""
    return _together(port, photos, expected, 1, 0.0)


def _together(
    port: int, photos: Sequence[bytes], expected: Sequence[Sequence[str]], rounds: int, pause: float
) -> dict[str, float]:
    waits: list[float] = []
    wrong: list[str] = []
    broken: list[BaseException] = []
    ready = threading.Barrier(len(photos))

    def person(number: int) -> None:
        chance = random.Random(number)
        try:
            for turn in range(rounds):
                time.sleep(pause * chance.uniform(0, 1) if turn == 0 else pause * chance.uniform(0.5, 1.5))
                name = f"photo-{number}-{turn}.jpg"
                with Dropper(port) as window:
                    window.open(PREDICT)
                    if not pause:
                        ready.wait(timeout=300)
                    waits.append(window.drop([(name, photos[number])]))
                    said = [answer.partition(": ")[2] for answer in "; ".join(window.answers).split("; ")]
                    if said != list(expected[number]) or window.shown[:1] != [f"{name} as given"]:
                        wrong.append(f"{name}: {said}, not {expected[number]}; {window.shown}")
        except BaseException as error:
            broken.append(error)
            ready.abort()

    threads = [threading.Thread(target=person, args=(number,)) for number in range(len(photos))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    ordered = sorted(1000 * wait for wait in waits)
    return {
        "median ms": statistics.median(ordered),
        "p95 ms": float(np.percentile(ordered, 95)),
        "longest ms": ordered[-1],
        "answers": len(ordered),
        "wrong": len(wrong),
    }
