"""Hand-ins that are made to do harm, or damaged."""

import json
import zipfile

import pytest

from catdog.errors import DataError
from catdog.handin.reader import read_handin


@pytest.fixture
def read(tmp_path):
    folder = tmp_path / "unpacked"
    return lambda path: read_handin(path, folder)


def write(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


MANIFEST = json.dumps({"version": 1, "name": "Ada", "files": {}})


def test_a_whole_hand_in_is_read_as_it_was_made(make, hand_in, read):
    run = make()
    handin = read(hand_in("Ada", [run], person="ada@example.org"))
    assert (handin.name, handin.person, handin.findings) == ("Ada", "ada@example.org", ())
    assert [other.id for other in handin.runs] == [run.id]
    assert not (handin.runs[0].folder / "model.keras").exists()


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "/etc/passwd",
        "runs/../../evil/config.json",
        "runs/a/model.keras",
        "runs/a/b/config.json",
        "runs/.hidden/config.json",
        "C:\\evil",
    ],
)
def test_what_does_not_belong_there_is_told_and_never_unpacked(tmp_path, read, name):
    path = write(tmp_path / "eve.zip", {"manifest.json": MANIFEST, name: "evil"})
    handin = read(path)
    assert any("no part of a hand-in" in finding for finding in handin.findings)
    assert {file.name for file in (tmp_path / "unpacked").rglob("*")} == {"manifest.json"}
    assert not (tmp_path / "evil.txt").exists()


def test_a_link_is_no_file_of_a_hand_in(tmp_path, read):
    path = write(tmp_path / "eve.zip", {"manifest.json": MANIFEST})
    link = zipfile.ZipInfo("answers.json")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "answers.json is missing." in read(path).findings


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"answers.json": "{}"}, "It has no manifest.json: ask for it again"),
        ({"manifest.json": b"\xff"}, "manifest.json is damaged: ask for it again"),
        ({"manifest.json": "[" * 100_000}, "manifest.json is damaged: ask for it again"),
        ({"manifest.json": " " * 2_000_000}, "Its file manifest.json is too large: ask for it again"),
        (
            {"manifest.json": MANIFEST, **{f"runs/r{number}/config.json": "{}" for number in range(21)}},
            "It has more than 20 runs: ask for it again",
        ),
        ({str(number): "" for number in range(501)}, "It has 501 files, and 500 is the most: ask for it again"),
    ],
)
def test_a_zip_that_can_not_be_used_is_refused_in_one_sentence(tmp_path, read, members, reason):
    with pytest.raises(DataError) as caught:
        read(write(tmp_path / "eve.zip", members))
    assert str(caught.value) == f"eve.zip is no hand-in that can be read. {reason}."


def test_a_name_that_is_there_twice_is_refused(tmp_path, read):
    path = tmp_path / "eve.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", MANIFEST)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("manifest.json", MANIFEST)
    with pytest.raises(DataError, match=r"two files called manifest\.json"):
        read(path)


def test_a_zip_that_is_cut_short_is_refused(make, hand_in, read):
    path = hand_in("Ada", [make()])
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="no hand-in that can be read"):
        read(path)


@pytest.mark.parametrize("content", ["null", "[]", '{"lessons": 3}', '{"lessons": {"x": {"passed": []}}}', "{"])
def test_damaged_answers_are_told_and_count_as_none(make, hand_in, rewrite, read, content):
    handin = read(rewrite(hand_in("Ada", [make()]), {"answers.json": content.encode()}))
    assert any(finding.startswith("answers.json can't be used: ") for finding in handin.findings)
    assert handin.progress.lessons == {}


def test_a_damaged_run_is_told_and_the_others_are_read(make, hand_in, rewrite, read):
    runs = [make(), make("model2", 2)]
    path = rewrite(hand_in("Ada", runs), {f"runs/{runs[0].id}/config.json": b"{}"})
    handin = read(path)
    assert [run.id for run in handin.runs] == [runs[1].id]
    assert any(finding.startswith(f"The run {runs[0].id} can't be read: ") for finding in handin.findings)


def test_files_that_are_missing_or_added_are_told(make, hand_in, rewrite, read):
    run = make()
    path = hand_in("Ada", [run])
    missing, added = f"runs/{run.id}/history.csv", f"runs/{run.id}/log.txt"
    rewrite(path, {added: b"well done"}, drop=[missing])
    findings = read(path).findings
    assert f"{missing} was part of the hand-in and is missing." in findings
    assert any((added in finding and "added" in finding) or "changed" in finding for finding in findings)
