"""The process that exports: python -m catdog.export RUN_FOLDER FORMAT; it reports in lines of JSON."""

import json
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from catdog.errors import CatDogError
from catdog.export.build import build_package
from catdog.export.formats import FORMATS
from catdog.runs.reader import read_run
from catdog.settings import Settings
from catdog.utils.files import DISK_FULL
from catdog.utils.processes import hasten_tensorflow, log_to_stderr
from catdog.utils.temporary import use_own_folder

STEP = ("done", "total", "what")

logger = logging.getLogger("catdog.export")


def main() -> int:
    """Export the run folder named on the command line and return the exit status."""
    if len(sys.argv) != 3 or sys.argv[2] not in FORMATS or not (Path(sys.argv[1]) / "config.json").is_file():
        print(f"usage: python -m catdog.export RUN_FOLDER {'|'.join(FORMATS)}", file=sys.stderr)
        return 2
    log_to_stderr()
    hasten_tensorflow()
    # what TensorFlow prints must not come between the lines
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    folder, file_format = Path(sys.argv[1]), FORMATS[sys.argv[2]]
    logger.info("exporting %s as %s", folder.name, file_format.title)
    try:
        run, settings = read_run(folder), Settings.from_environment()
        use_own_folder(settings.temporary)
        build_package(
            run,
            file_format,
            settings,
            lambda *step: _report(out, dict(zip(STEP, step, strict=True))),
        )
    except BaseException as error:
        logger.exception("the export failed")
        _report(out, {"error": str(error) if isinstance(error, CatDogError) else explain(error, folder)})
        return 1
    logger.info("exported")
    return 0


def _report(out: TextIO, values: dict[str, Any]) -> None:
    with suppress(OSError):  # whoever listened has gone; the file is made all the same
        print(json.dumps(values), file=out, flush=True)


def explain(error: BaseException, folder: Path) -> str:
    """Say in one sentence what ended the export of the run in a folder."""
    if isinstance(error, MemoryError):
        return "The memory did not suffice to export the model: close other programs and try again."
    if isinstance(error, OSError):
        hint = "free some disk space" if error.errno in DISK_FULL else f"look after {error.filename or folder}"
        return f"The exported file could not be written ({error.strerror or error}): {hint}, then try again."
    return (
        f"Exporting ended by an error ({type(error).__name__}): the end of the log in {folder / 'exports'} shows where."
    )


if __name__ == "__main__":
    sys.exit(main())
