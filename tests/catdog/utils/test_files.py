"""Files are written whole: a reader sees the old one or the new one, and a failure leaves the old one."""

import json
import os

import pytest

from catdog.utils.files import read_json, read_regular, whole_file, write_json, write_text


def names(folder):
    """Return the names of everything in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_text_is_written_as_utf8_into_folders_that_did_not_exist(tmp_path):
    path = tmp_path / "new" / "folder" / "note.txt"
    write_text(path, "grüße ×")
    assert path.read_bytes() == "grüße ×".encode()
    assert names(path.parent) == ["note.txt"]


def test_a_failure_keeps_the_old_file_and_leaves_no_other(tmp_path):
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")

    def half():
        with whole_file(path) as temporary:
            temporary.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file.bin"]


def test_the_old_file_is_seen_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")
    with whole_file(path) as temporary:
        temporary.write_bytes(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_the_temporary_name_keeps_the_suffix_and_is_hidden(tmp_path):
    with whole_file(tmp_path / "model.keras") as temporary:
        temporary.touch()
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".keras"
        assert temporary.name.startswith(".")


def test_a_work_that_wrote_nothing_is_an_error_and_leaves_nothing(tmp_path):
    def nothing():
        with whole_file(tmp_path / "file.bin"):
            pass

    with pytest.raises(FileNotFoundError):
        nothing()
    assert names(tmp_path) == []


def test_json_comes_back_as_it_was(tmp_path):
    value = {"name": "Müller", "scores": [0.5, None, 3], "nested": {"yes": True}}
    write_json(tmp_path / "value.json", value)
    assert read_json(tmp_path / "value.json") == value
    assert json.loads((tmp_path / "value.json").read_text(encoding="utf-8")) == value


def test_half_a_character_from_a_damaged_file_is_kept_as_its_escape(tmp_path):
    write_json(tmp_path / "value.json", {"note": "\ud800"})
    assert read_json(tmp_path / "value.json") == {"note": "\ud800"}


@pytest.mark.parametrize("content", [None, b"", b"{", b"[1, 2]", b"\xff\xfe", b'"text"'])
def test_what_is_missing_damaged_or_no_object_reads_as_none(tmp_path, content):
    path = tmp_path / "value.json"
    if content is not None:
        path.write_bytes(content)
    assert read_json(path) is None


def test_a_folder_that_is_gone_is_not_made_again(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_json(tmp_path / "gone" / "value.json", {}, make_folder=False)
    assert names(tmp_path) == []


def test_deep_nesting_is_no_json(tmp_path):
    (tmp_path / "deep.json").write_text("[" * 100_000)
    assert read_json(tmp_path / "deep.json") is None


def test_of_a_regular_file_all_is_read_or_its_end_or_nothing(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_regular(path, 5) == b"12345"
    assert read_regular(path, 2, last=True) == b"45"
    with pytest.raises(OSError, match="larger than 4 bytes"):
        read_regular(path, 4)
    (tmp_path / "link").symlink_to(path)
    os.mkfifo(tmp_path / "pipe")
    for name, words in (("link", "a link"), ("pipe", "no ordinary file"), (".", "a folder")):
        with pytest.raises(OSError, match=words):
            read_regular(tmp_path / name, 5)
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "nothing", 5)
