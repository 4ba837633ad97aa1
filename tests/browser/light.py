"""`streamlit run` whose trainings learn with a small network: python -m tests.browser.light run dashboard.py ...

All else is real: the processes, TensorFlow, the files. tests/stuck.py has the network, and can hold a training.
"""

import sys

from streamlit.web.cli import main

from catdog.runs.executors import local

if __name__ == "__main__":
    local.SUPERVISOR = "tests.stuck"
    sys.exit(main(prog_name="streamlit"))
