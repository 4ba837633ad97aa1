"""Models are asked in processes of their own, and a bad one costs only its own answers."""

import sys
from subprocess import PIPE, Popen

import pytest

from catdog.handin import rescoring
from catdog.handin.rescoring import ask_models

#: Answers 0.25 for a path that ends in "good", ends at "crash", says nothing at "hang", talks nonsense at "odd".
STAND_IN = """
import json, os, sys, time
for line in sys.stdin:
    name = line.strip()
    if name.endswith("crash"): os.abort()
    if name.endswith("hang"): time.sleep(60)
    if name.endswith("odd"): print("nonsense", flush=True)
    elif name.endswith("refused"): print(json.dumps({"error": "It can't be loaded."}), flush=True)
    else: print(json.dumps({"probabilities": [0.25]}), flush=True)
"""


def test_damaged_models_are_told_by_the_real_process(settings, tmp_path, data):
    paths = [tmp_path / name for name in ("a.tflite", "b.tflite")]
    for path in paths:
        path.write_bytes(b"no model at all")
    answers = ask_models(paths, settings, "drawn")
    assert set(answers) == set(paths)
    assert all(answer.probabilities is None and answer.error for answer in answers.values())


@pytest.fixture
def stand_in(monkeypatch):
    def start(*arguments, **options):
        return Popen([sys.executable, "-c", STAND_IN], stdin=PIPE, stdout=PIPE, stderr=options["log"])

    monkeypatch.setattr(rescoring, "start_process", start)
    monkeypatch.setattr(rescoring, "PATIENCE", 1.0)


@pytest.mark.usefixtures("stand_in")
def test_models_that_crash_hang_or_talk_nonsense_cost_only_themselves(settings, tmp_path):
    names = ["good", "crash", "2good", "hang", "odd", "3good", "refused", "4good"]
    answers = ask_models([tmp_path / name for name in names], settings, "drawn")
    told = {path.name: answer for path, answer in answers.items()}
    assert [name for name in names if told[name].probabilities is not None] == ["good", "2good", "3good", "4good"]
    assert told["crash"].error == told["odd"].error == rescoring.ENDED
    assert told["hang"].error == "The model took more than 1 s."
    assert told["refused"].error == "It can't be loaded."
