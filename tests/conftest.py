"""What every test may ask for. Nothing here touches the network or the user's own var/ folder.

Fixtures:
    settings         Settings with home = tmp_path; its photo address leads nowhere, so nothing is downloaded.
    environment      the same Settings, and the CATDOG_* variables of this process say the same (for the
                     command line, for child processes, and for Streamlit's AppTest).
    picture_folder   a folder of tiny pictures for the whole session, to be read only: train/{cats,dogs} with
                     12 + 12 and validation/{cats,dogs} with 20 + 20 JPEGs, which any model can tell apart
                     (cats are warm, dogs are cold); use it as a source: str(picture_folder).
    photos_zip       a zip like the published photo set: all 3,000 names, but every photo is the same tiny one;
                     made once a session (fetching it takes about a second).
    full_disk        full_disk(size): a context in which this process can write no file larger than size bytes.
    photos_settings  in tests/photos only: settings whose home holds the real photos, fetched once a session.

Markers:
    photos           skipped unless both variables lead to files on this machine; where CI=true and
                     CATDOG_PHOTOS_URL is set, the tests run whatever it says, so that a wrong address fails
                     instead of passing unnoticed.
    browser          skipped without Chromium; where CI=true they fail instead.
"""

import io
import os
import resource
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from PIL import Image
from xdist.scheduler import LoadFileScheduling

from catdog.settings import Settings

CHROMIUM = Path("/usr/bin/chromium")
CLASSES = ("cats", "dogs")
BROWSER_TESTS = "tests/browser/"
OWN_SERVER = BROWSER_TESTS + "own_server/"  # those that start servers of their own
ALL_PAGES = (BROWSER_TESTS + "test_every_page.py",)
TENSORFLOW = (  # two groups of tests in whose process it is: importing it takes 5 s of processor
    ("tests/catdog/training/", "tests/catdog/evaluation/test_metrics.py", "tests/catdog/images/test_resize.py"),
    (
        *("tests/catdog/export/", "tests/project/test_old_home.py", "tests/catdog/models/"),
        *("tests/catdog/augmentation/", "tests/catdog/inference/", "tests/catdog/runs/test_supervisor_process.py"),
        *("tests/catdog/cli/test_trained.py", "tests/catdog/features/test_assemble.py"),
    ),
)
LONGEST = (  # first, so that no process ends long after the others
    *((OWN_SERVER,), ALL_PAGES, (BROWSER_TESTS,), *TENSORFLOW),
    ("tests/catdog/images/test_hostile_images.py", "tests/photos/"),
)
LONGEST_SLOW = (  # one after another, the longest first
    *(("tests/catdog/runs/test_ray.py",), ("tests/benchmarks/test_server.py",)),
    *(("tests/catdog/export/test_notebook_runs.py",), ("tests/photos/",)),
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the tests that take longest, the browser tests in three processes."""
    longest = (*LONGEST_SLOW, *LONGEST) if config.getoption("markexpr") == "slow" else LONGEST

    def rank(item: pytest.Item) -> int:
        return next((rank for rank, paths in enumerate(longest) if item.nodeid.startswith(paths)), len(longest))

    items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling:
    """Hand out whole test files, and six groups of files: what a file or a group shares is made once."""
    quick = config.getoption("markexpr") != "slow"  # the slow ones would be too long a group

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            groups = ((OWN_SERVER,), ALL_PAGES, (BROWSER_TESTS,), ("tests/photos/",), *(TENSORFLOW if quick else ()))
            return next((group[0] for group in groups if nodeid.startswith(group)), super()._split_scope(nodeid))

    return Scheduling(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or in CI fail, the tests whose tools or photos are not on this machine."""
    in_ci = os.environ.get("CI") == "true"
    if item.get_closest_marker("photos") and not (in_ci and os.environ.get("CATDOG_PHOTOS_URL")):
        if not _local_photos():
            pytest.skip("needs the real photos: set CATDOG_PHOTOS_URL to a file:// address of their zip")
        if not Path(os.environ.get("CATDOG_BACKBONE_WEIGHTS") or "/nowhere").is_file():
            pytest.skip("needs the real weights: set CATDOG_BACKBONE_WEIGHTS to a MobileNetV2 weights file")
    if item.get_closest_marker("browser") and not CHROMIUM.exists():
        reason = f"needs Chromium at {CHROMIUM}: apt-get install chromium"
        if in_ci:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture(autouse=True, scope="session")
def _own_home(tmp_path_factory: pytest.TempPathFactory):
    """A test that forgets to say where its files go must not write into the user's var/ folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CATDOG_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("CATDOG_FIRST_MODEL", "0")  # a server that starts must train nothing by itself
        for name in ("CATDOG_FOLDERS", "CATDOG_LESSONS", "CATDOG_SLOTS"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a home of this test's own, and no photos to be had."""
    return Settings(home=tmp_path, photos_url=(tmp_path / "no-such-photos.zip").as_uri(), first_model=False)


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of this test, also as this process's CATDOG_* variables."""
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.fixture(scope="session")
def picture_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo folder with train/ and validation/, two classes and 64 tiny pictures; do not change it."""
    root = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(7)
    for split, count in (("train", 12), ("validation", 20)):
        for label, name in enumerate(CLASSES):
            folder = root / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                _picture(rng, label).save(folder / f"{name[:-1]}.{number}.jpg", quality=90)
    return root


@pytest.fixture(scope="session")
def photos_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete photo set of one tiny picture under 3,000 names, with the odd Python file of the published one."""
    path = tmp_path_factory.mktemp("zip") / "photos.zip"
    photo = io.BytesIO()
    Image.new("RGB", (8, 8), "orange").save(photo, "JPEG")
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("cats_and_dogs_filtered/vectorize.py", "print('not a photo')\n")
        for split, first, number in (("train", 0, 1000), ("validation", 2000, 500)):
            for name in CLASSES:
                for index in range(first, first + number):
                    place = f"cats_and_dogs_filtered/{split}/{name}/{name[:-1]}.{index}.jpg"
                    zipped.writestr(place, photo.getvalue())
    return path


@pytest.fixture(scope="session")
def full_disk() -> Callable[[int], AbstractContextManager[None]]:
    """A context manager in which writing a file beyond `size` bytes fails, as it does on a full disk."""

    @contextmanager
    def limited(size: int) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limited


def _picture(rng: np.random.Generator, label: int) -> Image.Image:
    """A small noisy picture: warm for label 0, cold for label 1; the sizes differ, as those of photos do."""
    width, height = (int(side) for side in rng.integers(24, 64, size=2))
    colour = np.array([(200, 120, 60), (60, 120, 200)][label])
    return Image.fromarray(np.clip(colour + rng.normal(0, 30, (height, width, 3)), 0, 255).astype(np.uint8))


def _local_photos() -> bool:
    address = urlsplit(os.environ.get("CATDOG_PHOTOS_URL", ""))
    return address.scheme == "file" and Path(unquote(address.path)).is_file()
