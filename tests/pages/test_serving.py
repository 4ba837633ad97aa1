"""To whom the dashboard speaks: this machine only, unless people sign in or somebody says that it is meant."""

import errno
import os
import re
import socket
import subprocess
import sys

import click
import pytest
import streamlit as st
from streamlit.runtime.secrets import Secrets
from streamlit.testing.v1 import AppTest

from catdog.errors import AccessError, UsageError
from catdog.settings import PROJECT, Settings
from pages.components import access, identity, serving, state
from pages.components import page as page_parts
from pages.components.serving import check_address, check_members, check_sign_in, read_auth
from pages.components.start import explain_listening, serve

REAL_STARTED = serving.started

AUTH_READ = {"client_id": "dashboard"}
AUTH = {
    "redirect_uri": "https://dogs.example/oauth2callback",
    "cookie_secret": "0" * 64,
    "client_id": "dashboard",
    "client_secret": "secret",
    "server_metadata_url": "https://sign-in.example/.well-known/openid-configuration",
}


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1", "localhost", "LOCALHOST", "localhost."])
def test_this_machine_is_always_served(address):
    check_address(address, for_everybody=False)


@pytest.mark.parametrize(
    "address", [None, "", "0.0.0.0", "::", "192.0.2.7", "dogs.example", "127.0.0.1.example", "127.1", "."]
)
def test_any_other_address_needs_sign_in_or_the_word_that_it_is_meant(address):
    with pytest.raises(UsageError, match="CATDOG_OPEN=1"):
        check_address(address, for_everybody=False)
    check_address(address, for_everybody=True)


STREAMLIT = ("-m", "streamlit", "run", "dashboard.py")
REFUSED = {  # what is started and how, and what the one sentence says
    "open to all": (STREAMLIT, {"CATDOG_OPEN": ""}, "0.0.0.0", "0", "The dashboard would be open to everybody"),
    "too large": (("dashboard.py",), {}, "127.0.0.1", "99999", "choose a port from 1 to 65535"),
    "taken": (("dashboard.py",), {}, "127.0.0.1", "TAKEN", "Another program already listens on port"),
    "elsewhere": (("dashboard.py",), {"CATDOG_OPEN": "1"}, "192.0.2.77", "0", "can't listen on the address 192.0.2.77"),
}


@pytest.fixture(scope="module")
def endings(tmp_path_factory):
    """What each of REFUSED has printed and with which status it ended; all are started at once."""
    home = str(tmp_path_factory.mktemp("home"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken, processes = str(listener.getsockname()[1]), {}
        for name, (script, variables, address, port, _) in REFUSED.items():
            command = [sys.executable, *script, "--server.headless", "true", "--server.address", address]
            command += ["--server.port", taken if port == "TAKEN" else port]
            environment = {**os.environ, "CATDOG_HOME": home, "HOME": home, **variables}
            processes[name] = subprocess.Popen(
                command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        return {name: (*process.communicate(timeout=120), process.returncode) for name, process in processes.items()}


@pytest.mark.parametrize("name", REFUSED)
def test_a_server_that_may_not_or_can_not_serve_ends_with_one_sentence(endings, name):
    _, errors, status = endings[name]
    [line] = [line for line in errors.splitlines() if line.startswith("catdog: ")]
    assert REFUSED[name][-1] in line
    assert "Traceback" not in errors
    assert status == 1


@pytest.mark.parametrize(
    ("address", "port", "says"),
    [
        ("localhost.of.nowhere.invalid", 0, r"^This machine can't listen on the address localhost\.of\..*: choose one"),
        ("192.0.2.77", 0, "^This machine can't listen on the address 192.0.2.77 "),
        ("2001:db8::77", 0, "^This machine can't listen on the address 2001:db8::77 "),
        ("unix:///tmp/dogs.sock", 0, "^This machine can't listen on the address unix:"),
        ("127.0.0.1", 65536, "^Nothing can listen on port 65536 of 127.0.0.1: choose a port from 1 to 65535"),
        ("127.0.0.1", -1, "^Nothing can listen on port -1 "),
        ("", "abc", "^Nothing can listen on port abc of this machine: "),
        ("127.0.0.1", "²", "^Nothing can listen on port ² "),
        ("127.0.0.1", "", "^Nothing can listen on port  of"),
        ("ü" * 70 + ".example", 0, "^Nothing can listen on port 0 of üüü"),
        ("127.0.0.1", 0, "^$"),
        ("localhost", "0", "^$"),
        ("", 0, "^$"),
    ],
)
def test_what_keeps_a_server_from_listening_is_one_sentence(address, port, says):
    assert re.search(says, explain_listening(address, port))


def test_a_port_that_is_taken_or_reserved_is_told(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert re.search(
            rf"^Another program already listens on port {port} .*PORT=8600", explain_listening("127.0.0.1", port)
        )

    def refuse(*arguments, **options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("socket.socket", refuse)
    assert explain_listening("127.0.0.1", 80).startswith(
        "The system allows only its administrator to listen on port 80"
    )


def fail_with(monkeypatch, error, address="127.0.0.1"):
    """Let Streamlit's command line end with this error."""

    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr("streamlit.web.cli.main", fail)
    options = {"server.address": address, "server.port": 0}
    monkeypatch.setattr("streamlit.get_option", options.get)
    with pytest.raises(type(error) if address == "127.0.0.1" else SystemExit) as ended:
        serve("/nowhere/no-such-file.py")
    return ended.value


@pytest.mark.parametrize("error", [OSError(5, "broken"), OverflowError("x"), RuntimeError("x"), SystemExit(1)])
def test_an_error_of_streamlit_is_replaced_by_the_sentence_only_where_it_can_not_listen(monkeypatch, error):
    assert str(fail_with(monkeypatch, error, "192.0.2.77")).startswith("catdog: This machine can't listen")
    assert fail_with(monkeypatch, error) is error


@pytest.mark.parametrize("code", [0, 3, "catdog: settings"])
def test_a_server_that_ends_by_itself_ends_as_it_says(monkeypatch, code):
    assert fail_with(monkeypatch, SystemExit(code), "192.0.2.77").code == code


def test_an_option_that_streamlit_does_not_take_is_one_sentence(monkeypatch):
    ended = fail_with(monkeypatch, click.BadParameter("'' is not a valid integer."), "192.0.2.77")
    assert str(ended) == "catdog: Invalid value: '' is not a valid integer. See python no-such-file.py --help."


def test_ctrl_c_ends_the_server_without_a_word(monkeypatch):
    def interrupt(*arguments, **options):
        raise click.Abort

    monkeypatch.setattr("streamlit.web.cli.main", interrupt)
    with pytest.raises(SystemExit) as ended:
        serve("/nowhere/no-such-file.py")
    assert ended.value.code == 130


@pytest.mark.parametrize("page", sorted(path.name for path in (PROJECT / "pages").glob("[!_]*.py")))
def test_a_page_that_was_started_by_itself_shows_one_sentence_only(monkeypatch, place, page):
    for module in (serving, page_parts, state, identity, access):
        monkeypatch.setattr(module, "started", REAL_STARTED)
    test = AppTest.from_file(str(PROJECT / "pages" / page), default_timeout=60).run()
    assert not test.exception
    assert [error.value for error in test.error] == [test.error[0].value]
    assert "A page was started by itself" in test.error[0].value
    assert not [*test.button, *test.title, *test.markdown]


def test_a_complete_sign_in_is_accepted_with_or_without_a_name():
    check_sign_in(AUTH)
    common = {name: AUTH[name] for name in ("redirect_uri", "cookie_secret")}
    check_sign_in(common | {"school": {name: AUTH[name] for name in AUTH if name not in common}})


@pytest.mark.parametrize("name", AUTH)
def test_what_the_sign_in_lacks_is_named(name):
    with pytest.raises(UsageError, match=name):
        check_sign_in({**AUTH, name: ""})


def test_a_secret_that_could_be_guessed_is_refused():
    with pytest.raises(UsageError, match="cookie_secret"):
        check_sign_in({**AUTH, "cookie_secret": "secret"})


def test_missing_packages_are_named_in_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "authlib", None)
    with pytest.raises(UsageError, match=r"requirements-signin\.txt"):
        check_sign_in(AUTH)


def test_members_and_sign_in_are_refused_one_without_the_other(tmp_path):
    file, gone, empty = tmp_path / "members.txt", tmp_path / "gone.txt", tmp_path / "empty.txt"
    file.write_text("anna@school.example\n", encoding="utf-8")
    empty.write_text("# nobody yet\n", encoding="utf-8")
    check_members(Settings(), sign_in=False)
    check_members(Settings(members=file, owners=file), sign_in=True)
    with pytest.raises(UsageError, match="set CATDOG_MEMBERS"):
        check_members(Settings(owners=file), sign_in=True)
    for settings in (Settings(members=file), Settings(owners=file)):
        with pytest.raises(UsageError, match="keep nobody out"):
            check_members(settings, sign_in=False)
    for list_ in (gone, empty):
        with pytest.raises(AccessError, match="nobody may change"):
            check_members(Settings(members=list_), sign_in=True)
        with pytest.raises(AccessError, match="nobody counts as one"):
            check_members(Settings(members=file, owners=list_), sign_in=True)


@pytest.fixture
def secrets(tmp_path, monkeypatch):
    """secrets(content) lets secrets.toml have this content, None for no file."""
    file = tmp_path / "secrets.toml"
    monkeypatch.setattr("streamlit.config.get_option", lambda name: [str(file)] if name == "secrets.files" else None)

    def write(content: bytes | None):
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
        monkeypatch.setattr(st, "secrets", Secrets())

    return write


GOOD = b'[auth]\nclient_id = "dashboard"\n'
BROKEN = {
    "syntax": b'[auth\nclient_id = "dashboard"\n',
    "no UTF-8": GOOD + b"# \xff\n",
    "no section": b'auth = "on"\n',
}
LOST = BROKEN | {
    "no file": None,
    "empty": b"",
    "renamed": GOOD.replace(b"auth", b"authentication"),
    "emptied": b"[auth]\n",
    "another": GOOD + b'client_secret = "other"\n',
}


def test_the_section_auth_is_read_and_may_be_absent(secrets):
    for content, auth in ((None, None), (b"", None), (b"[other]\n", None), (b"[auth]\n", {}), (GOOD, AUTH_READ)):
        secrets(content)
        assert read_auth() == auth


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_secrets_that_can_not_be_read_are_not_taken_for_none(secrets, content):
    secrets(content)
    with pytest.raises(UsageError, match=r"The secrets for signing in can't be read"):
        read_auth()


def test_a_section_auth_without_anything_is_not_taken_for_none():
    with pytest.raises(UsageError, match="lacks redirect_uri, cookie_secret, client_id"):
        check_sign_in({})


@pytest.mark.parametrize("content", LOST.values(), ids=LOST)
def test_sign_in_that_is_lost_while_the_server_runs_is_told(secrets, monkeypatch, content):
    monkeypatch.setattr(serving, "started", lambda: serving.Start(Settings(), AUTH_READ))
    secrets(GOOD)
    assert serving.explain_loss() == ""
    secrets(content)
    assert "nobody may change anything" in serving.explain_loss()
    secrets(GOOD)  # mended
    assert serving.explain_loss() == ""


def test_without_sign_in_at_the_start_nothing_can_be_lost(secrets, monkeypatch):
    monkeypatch.setattr(serving, "started", lambda: serving.Start(Settings(), None))
    for content in (None, GOOD, BROKEN["syntax"]):
        secrets(content)
        assert serving.explain_loss() == ""


def test_protection_against_other_sites_is_on():
    from streamlit import config

    config.get_config_options(force_reparse=True)
    assert config.get_option("server.enableXsrfProtection") is True
    assert config.get_option("server.enableCORS") is True
    assert config.get_option("server.address") == "127.0.0.1"
    assert config.get_option("server.allowedHosts") == ["127.0.0.1", "localhost"]
