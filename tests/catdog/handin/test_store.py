"""The hand-ins that a server keeps."""

import errno
import io
import zipfile

import pytest

from catdog.errors import UsageError
from catdog.handin.store import KEPT, list_handins, list_newest, list_received, receive_handin, store_handin
from catdog.lessons.progress import Progress

pytestmark = pytest.mark.usefixtures("light")


def test_the_newest_counts_and_a_few_before_it_are_kept(make, settings):
    run = make()
    paths = [store_handin(settings, "ada", [run], Progress(), "Ada") for _ in range(KEPT + 2)]
    assert list_handins(settings, "ada") == paths[: -KEPT - 1 : -1]
    assert list_handins(settings, "bob") == []
    other = store_handin(settings, "bob", [run], Progress(), "Bob")
    assert set(list_newest(settings)) == {paths[-1], other}


def test_a_full_disk_is_one_sentence_and_leaves_nothing(make, settings, monkeypatch):
    def fail(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    run = make()
    kept = store_handin(settings, "ada", [run], Progress(), "Ada")
    monkeypatch.setattr(zipfile.ZipFile, "writestr", fail)
    with pytest.raises(UsageError, match=r"No space left on device.*free some disk space"):
        store_handin(settings, "ada", [run], Progress(), "Ada")
    assert [path for path in kept.parent.iterdir() if path.is_file()] == [kept]


@pytest.mark.parametrize("name", ["../../eve.zip", "/etc/eve.zip", ".eve.zip", "..", ""])
def test_a_received_zip_stays_in_its_folder(settings, name):
    target = receive_handin(settings, io.BytesIO(b"anything"), name)
    assert target.parent == settings.handins / "received"
    assert list_received(settings) == [target]
