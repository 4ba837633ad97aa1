"""To whom the dashboard speaks: this machine only, unless people sign in or somebody says that it is meant."""

import os
import subprocess
import sys

import pytest
import streamlit as st
from streamlit.runtime.secrets import Secrets

from catdog.errors import AccessError, UsageError
from catdog.settings import PROJECT, Settings
from pages.components import serving
from pages.components.serving import check_address, check_members, check_sign_in, read_auth

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


@pytest.mark.parametrize(("name", "value"), [("CATDOG_LIMIT_RUNS", "few"), ("CATDOG_OPEN", "")])
def test_the_server_itself_refuses_to_start_with_one_sentence(tmp_path, name, value):
    environment = {**os.environ, "CATDOG_HOME": str(tmp_path), "HOME": str(tmp_path), name: value}
    command = [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.headless", "true"]
    command += ["--server.port", "0", "--server.address", "0.0.0.0"]
    ended = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    [line] = [line for line in ended.stderr.splitlines() if line.startswith("catdog: ")]
    assert (name if value else "The dashboard would be open to everybody") in line
    assert "Traceback" not in ended.stderr


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
