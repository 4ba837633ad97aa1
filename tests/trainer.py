"""A trainer that costs no TensorFlow: python -m tests.trainer RUN_FOLDER --supervisor PID [--score].

It does what the file "train.py" in the run's folder says, or "score.py" when it is to score. Both know `folder`, a
RunFolder, and `reporter`, which is at work already, and may set `state`, the run's last one.
"""

import sys
import time

from catdog.training.process import make_parser
from catdog.training.reporter import Reporter
from catdog.utils.processes import end_with_parent

if __name__ == "__main__":
    parser = make_parser("tests.trainer")
    parser.add_argument("--score", action="store_true")
    parser.add_argument("--supervisor", type=int)
    arguments = parser.parse_args()
    folder = arguments.folder
    end_with_parent()
    name, state = ("score.py", "stopping") if arguments.score else ("train.py", "running")
    with Reporter(folder, 3, state, arguments.supervisor) as reporter:
        names = {"folder": folder, "reporter": reporter}
        exec((folder.path / name).read_text(), names)
    if "state" in names:
        folder.end(reporter.status, names["state"])
    while (folder.path / "do-not-exit").exists():
        time.sleep(0.02)
    sys.exit(names.get("exit_status", 0))
