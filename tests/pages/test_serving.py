"""To whom the dashboard speaks: this machine only, unless people sign in or somebody says that it is meant."""

import os
import subprocess
import sys

import pytest

from catdog.errors import AccessError, UsageError
from catdog.settings import PROJECT
from pages.components.serving import check_address, check_members, check_sign_in

AUTH = {
    "redirect_uri": "https://dogs.example/oauth2callback",
    "cookie_secret": "0" * 64,
    "client_id": "dashboard",
    "client_secret": "secret",
    "server_metadata_url": "https://sign-in.example/.well-known/openid-configuration",
}


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_is_always_served(address):
    check_address(address, open_to_all=False, sign_in=False)


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.0.2.7", "dogs.example", "127.0.0.1.example"])
def test_any_other_address_needs_sign_in_or_the_word_that_it_is_meant(address):
    with pytest.raises(UsageError, match="CATDOG_OPEN=1"):
        check_address(address, open_to_all=False, sign_in=False)
    check_address(address, open_to_all=True, sign_in=False)
    check_address(address, open_to_all=False, sign_in=True)


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
    members = tmp_path / "members.txt"
    members.write_text("anna@school.example\n", encoding="utf-8")
    check_members(None, sign_in=False)
    check_members(members, sign_in=True)
    with pytest.raises(UsageError, match="set CATDOG_MEMBERS"):
        check_members(None, sign_in=True)
    with pytest.raises(UsageError, match="keep nobody out"):
        check_members(members, sign_in=False)
    with pytest.raises(AccessError, match="can't be read"):
        check_members(tmp_path / "gone.txt", sign_in=True)


def test_protection_against_other_sites_is_on():
    from streamlit import config

    config.get_config_options(force_reparse=True)
    assert config.get_option("server.enableXsrfProtection") is True
    assert config.get_option("server.enableCORS") is True
    assert config.get_option("server.address") == "127.0.0.1"
    assert config.get_option("server.allowedHosts") == ["127.0.0.1", "localhost"]
