"""`streamlit run` with little to compute: python -m tests.browser.light run dashboard.py ...

Trainings learn with a small network (tests/stuck.py, which can hold one, too), and where there are no photos, 120
images are drawn, not 1,200. What MobileNetV2 would see in the images, for which its weights are needed, are their
colours (tests/stored_features.py). All else is real: the processes, TensorFlow, the files.
"""

import sys
from functools import partial

from streamlit.web.cli import main

from catdog.datasets import sources
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.runs.executors import local
from pages.components import features
from tests import stored_features

if __name__ == "__main__":
    local.SUPERVISOR = "tests.stuck"
    sources.generate_dataset = partial(generate_dataset, training=80, validation=40)
    features.find_weights, features.make_features = stored_features.find_weights, stored_features.make_features
    sys.exit(main(prog_name="streamlit"))
