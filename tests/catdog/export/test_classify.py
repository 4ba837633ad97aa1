"""classify.py: what it answers, prints and refuses. It is loaded as the zip has it, with a model that sees colours."""

import ast
import importlib.util
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catdog.export import FORMATS
from catdog.export.script import render_requirements, render_script
from catdog.images.decode import load_image, resize
from tests.image_files import draw_image, encode_image, encode_rotated_jpeg, make_files, png_chunk

CLASSES = ("Kätzchen", "50 % 犬")


def load_script(folder: Path):
    """Return the script, written into a folder, as a module."""
    path = folder / "classify.py"
    path.write_text(render_script(FORMATS["tflite"], CLASSES), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("classify_from_zip", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def outcome(read, path: Path):
    """Return what a function reads of the file, or the sentence with which it refuses it."""
    try:
        return read(path)
    except Exception as error:
        return str(error)


@pytest.fixture
def script(tmp_path):
    """The script, whose model takes the share of blue for the probability of class 1."""
    script = load_script(tmp_path)
    script.load_model = lambda path: lambda pixels: pixels[:, :, :, 2].mean(axis=(1, 2))[:, np.newaxis] / 255
    return script


@pytest.fixture
def pictures(tmp_path):
    """A folder with a red and a blue picture."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in (("red.png", (255, 0, 0)), ("blue.jpg", (0, 0, 255))):
        Image.new("RGB", (30, 20), colour).save(folder / name)
    return folder


@pytest.mark.parametrize("file_format", FORMATS.values(), ids=list(FORMATS))
def test_every_script_is_valid_python_without_the_dashboard_whatever_the_classes(file_format):
    classes = ('it\'s a "cat"', "d{o}g\\\n")
    names = {}
    text = render_script(file_format, classes)
    assert "catdog" not in text
    start = text.index("CLASSES = ")
    exec(text[start : text.index("\n\n\ndef main")], names)
    assert names["CLASSES"] == classes
    assert names["MODEL"] == file_format.model
    body = ast.parse(text).body
    defined = [node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    defined += [ast.unparse(node.targets[0]) for node in body if isinstance(node, ast.Assign)]
    assert len(defined) == len(set(defined))


def test_it_reads_every_kind_of_picture_as_the_dashboard_does(script, tmp_path):
    read = 0
    for number, data in enumerate(make_files()):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(data)
        expected, pixels = outcome(lambda path: resize(load_image(path)), path), outcome(script.prepare, path)
        if isinstance(expected, str):
            assert pixels == expected
        else:
            read += 1
            assert np.array_equal(pixels, expected[np.newaxis].astype(np.float32))
    assert read > 40


def test_without_opencv_simplejpeg_and_pillow_heif_it_reads_nearly_the_same(script, tmp_path, monkeypatch):
    kinds = {"png": encode_image(draw_image(300, 200), "PNG"), "jpg": encode_rotated_jpeg(draw_image(300, 200))}
    expected = {}
    for suffix, data in kinds.items():
        path = tmp_path / f"photo.{suffix}"
        path.write_bytes(data)
        expected[path] = resize(load_image(path))
    for package in ("cv2", "simplejpeg", "pillow_heif"):
        monkeypatch.setitem(sys.modules, package, None)
    for path, pixels in expected.items():
        difference = np.abs(script.prepare(path)[0] - pixels)
        assert difference.mean() <= (3 if path.suffix == ".jpg" else 0)


def test_one_picture_that_can_not_be_read_costs_its_line_and_the_status(script, pictures, capsys):
    (pictures / "broken.jpg").write_bytes(b"\xff\xd8\xff no image")
    files = [pictures / "broken.jpg", pictures / "red.png", pictures / "missing.png", pictures / "blue.jpg"]
    assert script.main([*map(str, files), "x" * 5000, "nul\0byte"]) == 1
    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert [line.split(": ")[1].split(" (")[0] for line in lines] == list(CLASSES)
    starts = [line.split(":")[0] for line in output.err.splitlines()]
    assert starts[:2] == ["Can't read broken.jpg", "Can't read missing.png"]
    assert [start.split(" ")[2][:3] for start in starts[2:]] == ["xxx", "nul"]


def test_a_folder_stands_for_its_pictures_whatever_their_suffix(script, pictures, capsys):
    (pictures / "deeper").mkdir()
    (pictures / "deeper" / "photo").write_bytes((pictures / "red.png").read_bytes())
    (pictures / "notes.txt").write_text("no image")
    (pictures / ".hidden.png").write_bytes((pictures / "red.png").read_bytes())
    assert script.main([str(pictures), "--json"]) == 0
    output = capsys.readouterr()
    answers = json.loads(output.out)
    assert [Path(answer["path"]).name for answer in answers] == ["blue.jpg", "photo", "red.png"]
    assert [answer["label"] for answer in answers] == [CLASSES[1], CLASSES[0], CLASSES[0]]
    assert [round(answer["probability"]) for answer in answers] == [1, 0, 0]
    assert set(answers[0]) == {"path", "label", "probability", "novel"}
    assert "left out 1 that are no images, such as notes.txt" in output.err


def test_a_folder_without_pictures_is_a_failure(script, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert script.main([str(tmp_path / "empty")]) == 1
    assert "There is no image" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "status"), [([], 2), (["--help"], 0)])
def test_no_arguments_and_help_say_how_to_use_it(script, capsys, arguments, status):
    with pytest.raises(SystemExit) as end:
        script.main(arguments)
    assert end.value.code == status
    output = capsys.readouterr()
    assert "usage: classify.py [-h] [--json] IMAGE" in (output.err if status else output.out)


def test_a_console_without_the_letters_of_a_class_gets_their_numbers(script, pictures, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", stream)
    strange = pictures / "猫\udcff.png"
    strange.write_bytes((pictures / "blue.jpg").read_bytes())
    assert script.main([str(strange), str(pictures / "red.png")]) == 0
    stream.flush()
    first, second = stream.buffer.getvalue().decode("cp1252").splitlines()
    assert "\\u732b\\udcff.png: 50 % \\u72ac (" in first
    assert ": Kätzchen (" in second


@pytest.mark.filterwarnings("error")
def test_damaged_exif_changes_nothing_and_warns_of_nothing(script, tmp_path, capsys):
    plain = tmp_path / "plain.jpg"
    plain.write_bytes(encode_image(draw_image(), "JPEG"))
    odd = [
        b"Exif\0\0garbage",
        b"Exif\0\0MM\0*\0\0\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff",
        b"Exif\0\0" + b"\xff" * 60,
    ]
    names = [str(plain)]
    for number, exif in enumerate(odd):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(encode_image(draw_image(), "JPEG", exif=b"Exif\0\0" + exif))
        names.append(str(path))
    assert script.main([*names, "--json"]) == 0
    output = capsys.readouterr()
    assert len({round(answer["probability"], 3) for answer in json.loads(output.out)}) == 1
    assert output.err == ""


def test_heic_without_its_package_is_one_sentence(script, pictures, capsys, monkeypatch):
    (pictures / "phone.heic").write_bytes(encode_image(draw_image(), "HEIF"))
    assert script.main([str(pictures / "phone.heic")]) == 0
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert script.main([str(pictures / "phone.heic"), str(pictures / "red.png")]) == 1
    output = capsys.readouterr()
    assert output.err.splitlines() == [
        "Can't read phone.heic: HEIC files need the package pillow-heif; install it, or save it as JPEG."
    ]
    assert len(output.out.splitlines()) == 2


def test_a_model_without_an_answer_a_damaged_and_a_missing_one_are_sentences(script, pictures, capsys):
    script.load_model = lambda path: lambda pixels: np.array([[np.nan]])
    assert script.main([str(pictures / "red.png")]) == 1
    assert "no probability for red.png" in capsys.readouterr().err
    script = load_script(pictures)
    assert script.main([str(pictures / "red.png")]) == 1
    (pictures / "model.tflite").write_bytes(b"no model")
    assert script.main([str(pictures / "red.png")]) == 1
    for line in capsys.readouterr().err.splitlines():
        assert line.startswith("The model model.tflite can't be loaded (")
        assert line.endswith("unpack the zip again.")


def test_a_missing_runtime_says_what_to_install(pictures, capsys, monkeypatch):
    script = load_script(pictures)
    for package in ("ai_edge_litert.interpreter", "tensorflow"):
        monkeypatch.setitem(sys.modules, package, None)
    assert script.main([str(pictures / "red.png")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(": python -m pip install -r requirements.txt")


def test_without_pillow_it_says_what_to_install(tmp_path):
    (tmp_path / "classify.py").write_text(render_script(FORMATS["tflite"], CLASSES), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(tmp_path / "classify.py"), "photo.png"]  # -S: without any package
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["No module named 'numpy': python -m pip install -r requirements.txt"]


def test_whoever_stops_reading_gets_no_traceback(tmp_path, pictures):
    script = f"""
import sys; sys.path.insert(0, {str(tmp_path)!r})
import numpy, classify
classify.load_model = lambda path: lambda pixels: numpy.array([[0.5]])
sys.exit(classify.main([{str(pictures / "red.png")!r}] * 9))
"""
    (tmp_path / "classify.py").write_text(render_script(FORMATS["tflite"], CLASSES), encoding="utf-8")
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 1


def test_the_requirements_name_the_keras_that_trained_and_what_is_not_needed():
    lines = render_requirements(FORMATS["keras"], {"keras": "3.14.2"}).splitlines()
    assert "keras>=3.14,<4" in lines
    assert "# pillow-heif>=1.1,<2" in lines
    assert 'simplejpeg>=1.8,<2; platform_machine in "x86_64 AMD64 arm64 aarch64"' in lines
    assert "keras" not in render_requirements(FORMATS["mediapipe"], {})


def test_a_picture_with_odd_side_data_is_answered_like_the_plain_one(script, tmp_path, capsys):
    plain = encode_image(draw_image(), "PNG")
    for name, data in {"a": plain, "b": plain[:33] + png_chunk(b"iCCP", b"") + plain[33:]}.items():
        (tmp_path / name).write_bytes(data)
    assert script.main([str(tmp_path / "a"), str(tmp_path / "b"), "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first["probability"] == second["probability"]
