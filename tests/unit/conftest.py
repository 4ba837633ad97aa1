"""What several unit tests share and what takes long to make.

Fixtures:
    untrained_home   a home with a finished run of each of the four models, whose weights are random, on the drawn
                     pictures; made once a session.
"""

from pathlib import Path

import pytest

from benchmarks.predict import make_runs
from catdog.settings import Settings


@pytest.fixture(scope="session")
def untrained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with a run of each model that nobody trained."""
    home = tmp_path_factory.mktemp("untrained") / "home"
    make_runs(Settings(home=home, photos_url="file:///nowhere"))
    return home
