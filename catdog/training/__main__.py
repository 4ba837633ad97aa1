"""The process that trains: python -m catdog.training RUN_FOLDER."""

import sys

from catdog.settings import Settings
from catdog.training.process import make_parser
from catdog.training.worker import work
from catdog.utils.processes import end_with_parent, hasten_tensorflow, log_to_stderr
from catdog.utils.temporary import use_own_folder


def main() -> int:
    """Train the run folder named on the command line and return the exit status."""
    parser = make_parser("catdog.training")
    parser.add_argument("--score", action="store_true", help="score what a training that was cut off has reached")
    parser.add_argument(
        *("--supervisor",),
        type=int,
        metavar="PID",
        help="the process that the status names, and whose end, seen by that of a pipe on stdin, ends this one",
    )
    arguments = parser.parse_args()
    log_to_stderr()
    # a quick training needs scikit-learn, and no TensorFlow
    if arguments.folder.read_config().get("config", {}).get("quick") is not True:
        hasten_tensorflow()
    if arguments.supervisor is not None:
        end_with_parent()
    settings = Settings.from_environment()
    use_own_folder(settings.temporary)
    return work(arguments.folder, settings, not arguments.score, arguments.supervisor)


if __name__ == "__main__":
    sys.exit(main())
