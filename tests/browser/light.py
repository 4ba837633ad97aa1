"""`streamlit run` whose trainings learn with a small network: python -m tests.browser.light run dashboard.py ...

All else is real: the processes, TensorFlow, the files. tests/stuck.py has the network, and can hold a training. What
MobileNetV2 would see in the images, for which its weights are needed, are their colours (tests/stored_features.py).
"""

import sys

from streamlit.web.cli import main

from catdog.runs.executors import local
from pages.components import features
from tests import stored_features

if __name__ == "__main__":
    local.SUPERVISOR = "tests.stuck"
    features.find_weights, features.make_features = stored_features.find_weights, stored_features.make_features
    sys.exit(main(prog_name="streamlit"))
