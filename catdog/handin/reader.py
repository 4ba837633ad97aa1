"""Read a hand-in without trust: what of a zip belongs there, within limits, unpacked into a folder of the reader's."""

import hashlib
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catdog.datasets.zip_files import check_members, list_files, open_zip, read_blocks
from catdog.errors import CatDogError, DataError
from catdog.handin.archive import ANSWERS, LONGEST_NAME, MANIFEST, MOST_RUNS, NOTEBOOK, REPORT, RUN_FILES
from catdog.lessons.progress import Progress, from_json
from catdog.runs import Run
from catdog.runs.reader import read_run
from catdog.utils.schema import Schema, number, sift, table_of, text
from catdog.utils.text import one_line

#: Bytes that a file of a hand-in may have, by its name.
MAX_BYTES = {MANIFEST: 1_000_000, ANSWERS: 2_000_000, REPORT: 100_000_000, "model.tflite": 400_000_000}
MAX_OTHER = 50_000_000
MAX_MEMBERS = 500
_PATH = re.compile(rf"(?P<top>{'|'.join(map(re.escape, (MANIFEST, ANSWERS, REPORT, NOTEBOOK)))})")
_RUN_PATH = re.compile(rf"runs/(?P<run>[0-9A-Za-z][\w-]{{0,119}})/(?P<file>{'|'.join(map(re.escape, RUN_FILES))})")
_DIGEST = text(64)
_FIELDS: Schema = {
    "name": text(LONGEST_NAME),
    "person": text(320),
    "made": number(0, 1e11),
    "files": table_of(text(200), _DIGEST),
}


@dataclass(frozen=True)
class Handin:
    """What a student has handed in.

    Attributes:
        name: Who it is, in words.
        person: The e-mail address, "" where nobody had signed in. Whoever made the zip could write any.
        made: When, in seconds since 1970.
        progress: The answers.
        runs: The runs, as unpacked.
        findings: What is not as in a hand-in that this program made, a sentence each.
    """

    name: str
    person: str
    made: float
    progress: Progress
    runs: tuple[Run, ...]
    findings: tuple[str, ...]


def read_handin(file: Path, folder: Path) -> Handin:
    """Unpack a hand-in and read it.

    Args:
        file: The zip.
        folder: An empty folder, which gets the files.

    Raises:
        DataError: It is no hand-in, or one that could do harm.
    """
    try:
        with file.open("rb") as source, open_zip(source) as (archive, length):
            digests, findings = _unpack(archive, length, folder)
    except OSError as error:
        raise DataError(f"{file.name} can't be read ({error.strerror or error}): ask for it again.") from error
    except DataError as error:
        reason = str(error).partition(":")[0].rstrip(".")
        raise DataError(f"{file.name} is no hand-in that can be read. {reason}: ask for it again.") from error
    manifest = _read_json(folder / MANIFEST, file.name)
    values, faults = sift(manifest if isinstance(manifest, dict) else {}, _FIELDS)
    findings += [f"{MANIFEST} is damaged: {fault}." for fault in faults]
    findings += _compare_digests(values.get("files", {}), digests)
    progress = Progress()
    if ANSWERS in digests:
        try:
            progress = from_json(_read_json(folder / ANSWERS, file.name))
        except DataError as error:
            findings.append(f"{ANSWERS} can't be used: {error}")
    else:
        findings.append(f"{ANSWERS} is missing.")
    runs = []
    for path in sorted((folder / "runs").glob("*")):
        try:
            runs.append(read_run(path))
        except CatDogError as error:
            findings.append(f"The run {path.name} can't be read: {error}")
    name = one_line(values.get("name", ""), LONGEST_NAME) or file.stem[:LONGEST_NAME]
    return Handin(
        name, values.get("person", "").casefold(), values.get("made", 0.0), progress, tuple(runs), tuple(findings)
    )


def _unpack(archive: zipfile.ZipFile, length: int, folder: Path) -> tuple[dict[str, str], list[str]]:
    """Unpack what belongs to a hand-in; return {path: SHA-256} and what was found."""
    members, findings = list_files(archive), []
    if len(members) > MAX_MEMBERS:
        raise DataError(f"It has {len(members):,} files, and {MAX_MEMBERS} is the most")
    belonging = {}
    for member in members:
        match = _PATH.fullmatch(member.filename) or _RUN_PATH.fullmatch(member.filename)
        if match is None:
            findings.append(f"It holds a file that is no part of a hand-in: {one_line(member.filename)}.")
        elif member.filename in belonging:
            raise DataError(f"It has two files called {one_line(member.filename)}")
        elif member.file_size > MAX_BYTES.get(member.filename.rpartition("/")[2], MAX_OTHER):
            raise DataError(f"Its file {one_line(member.filename)} is too large")
        else:
            belonging[member.filename] = member
    if MANIFEST not in belonging:
        raise DataError(f"It has no {MANIFEST}")
    if len({path.split("/")[1] for path in belonging if path.startswith("runs/")}) > MOST_RUNS:
        raise DataError(f"It has more than {MOST_RUNS} runs")
    check_members(list(belonging.values()), length)
    digests = {}
    for path, member in belonging.items():
        digest = hashlib.sha256()
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            for block in read_blocks(archive, member):
                digest.update(block)
                file.write(block)
        digests[path] = digest.hexdigest()
    return digests, findings


def _read_json(path: Path, name: str) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{name} is no hand-in that can be read. {path.name} is damaged: ask for it again.") from error


def _compare_digests(listed: dict[str, str], digests: dict[str, str]) -> list[str]:
    """Say which files are not as when the hand-in was made."""
    changed = [path for path, digest in digests.items() if path in listed and listed[path] != digest]
    absent = [path for path in listed if path not in digests]
    added = [path for path in digests if path not in listed and path != MANIFEST]
    return [
        *(f"{path} was changed after the hand-in was made." for path in changed),
        *(f"{one_line(path)} was part of the hand-in and is missing." for path in absent),
        *(f"{path} was added after the hand-in was made." for path in added),
    ]
