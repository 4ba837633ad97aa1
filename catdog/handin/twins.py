"""The same training, or the same model, in the hand-ins of several students."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from catdog.runs import Run
from catdog.utils.files import digest_file
from catdog.utils.text import join_names

SAME_RUN = "It is the same training as one that was handed in by {names}."
SAME_MODEL = "Its model is, byte for byte, one that was handed in by {names}."


def find_twins(runs_of: Mapping[Path, Sequence[Run]], names: Mapping[Path, str]) -> dict[Path, tuple[str, ...]]:
    """Find runs that several hand-ins have.

    Quick runs are left out: the same data always give the same quick model.

    Args:
        runs_of: {file: the runs in it}.
        names: {file: who has handed it in}.

    Returns:
        {run folder: a sentence for each thing that it shares}.
    """
    owners: dict[tuple[str, str], dict[Path, list[Path]]] = defaultdict(lambda: defaultdict(list))
    for file, runs in runs_of.items():
        for run in runs:
            if run.config.quick:
                continue
            # a run is named by the moment it was created, to the microsecond, wherever it is copied to
            owners[SAME_RUN, f"{run.created!r} {run.details.get('launch', '')}"][file].append(run.folder)
            if run.usable:
                owners[SAME_MODEL, digest_file(run.files.tflite)][file].append(run.folder)
    sentences: dict[Path, list[str]] = defaultdict(list)
    told: set[tuple[Path, Path]] = set()  # of the same training the same model says nothing new
    for (sentence, _), folders in sorted(owners.items(), key=lambda entry: entry[0][0] != SAME_RUN):
        for file, own in folders.items() if len(folders) > 1 else ():
            for folder in own:
                unnamed = (other for other in folders if other != file and (folder, other) not in told)
                others = sorted(unnamed, key=names.__getitem__)
                told.update((folder, other) for other in others)
                if others:
                    listed = [names[other] for other in others[:3]]
                    more = [f"{len(others) - 3:,} more"] if len(others) > 3 else []
                    sentences[folder].append(sentence.format(names=join_names(listed + more)))
    return {folder: tuple(shared) for folder, shared in sentences.items()}
