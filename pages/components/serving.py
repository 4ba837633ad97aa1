"""How the dashboard is served: whether people sign in, and which addresses it may listen on without that."""

import ipaddress
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from catdog.access import is_member
from catdog.errors import CatDogError, UsageError
from catdog.settings import Settings

PROVIDER_FIELDS = ("client_id", "client_secret", "server_metadata_url")


def check_serving() -> Settings:
    """Return the settings, or end this process with one sentence where the dashboard may not be served like this.

    Refused are an address that other machines can reach, where nobody signs in and CATDOG_OPEN is not 1; sign-in whose
    secrets.toml lacks something; members without sign-in, and sign-in without members; settings that can't be used.

    Raises:
        SystemExit: The dashboard may not be served; it says why.
    """
    try:
        settings = Settings.from_environment()
        check_address(st.get_option("server.address"), settings.open, is_sign_in_enabled())
        if is_sign_in_enabled():
            check_sign_in(_secrets())
        check_members(settings.members, is_sign_in_enabled())
        return settings
    except CatDogError as error:
        sys.exit(f"catdog: {error}")


def preload_packages() -> None:
    """Import the large packages that several pages need; called as the server starts.

    Left to the pages, two people's first clicks could import pandas at the same moment in two threads. One of them
    then meets half of it ("partially initialized module"), since its parts import each other.
    """
    import pandas  # noqa: F401
    import plotly.graph_objects  # noqa: F401


def check_address(address: str | None, open_to_all: bool, sign_in: bool) -> None:
    """Check that the dashboard may listen on an address.

    Args:
        address: The address; None for all of this machine's.
        open_to_all: Whether CATDOG_OPEN says that anybody may come.
        sign_in: Whether people sign in.

    Raises:
        UsageError: Other machines can reach the address, and neither of the two holds.
    """
    if _is_loopback(address) or open_to_all or sign_in:
        return
    raise UsageError(
        f"The dashboard would be open to everybody who can reach {address or 'any address of this machine'}: set up "
        "signing in (see docs/classroom.md), serve 127.0.0.1 only, or set CATDOG_OPEN=1 if that is meant."
    )


def check_members(members: Path | None, sign_in: bool) -> None:
    """Check that people sign in if and only if there is a list of members.

    Raises:
        UsageError: There is one without the other.
        AccessError: The list can't be read.
    """
    if members is None and sign_in:
        raise UsageError(
            "People can sign in, but no list says who of them may change things: set CATDOG_MEMBERS to a file with "
            "their e-mail addresses."
        )
    if members is not None and not sign_in:
        raise UsageError(
            "CATDOG_MEMBERS names a list of members, but nobody can sign in, so it would keep nobody out: add the "
            "section [auth] to .streamlit/secrets.toml (see docs/classroom.md), or unset CATDOG_MEMBERS."
        )
    if members is not None:
        is_member(members, "")


def check_sign_in(auth: Mapping[str, Any]) -> None:
    """Check that the section [auth] of secrets.toml is complete, and that the packages for signing in are there.

    Raises:
        UsageError: Something is missing, or the cookie_secret could be guessed.
    """
    missing = [name for name in ("redirect_uri", "cookie_secret") if not auth.get(name)]
    for provider in _named_providers(auth) or [""]:
        section, prefix = (auth[provider], f"{provider}.") if provider else (auth, "")
        missing += [prefix + name for name in PROVIDER_FIELDS if not section.get(name)]
    if missing:
        raise UsageError(f"The section [auth] of secrets.toml lacks {', '.join(missing)}: add what is missing.")
    if len(str(auth["cookie_secret"])) < 32:
        raise UsageError(
            "The cookie_secret in secrets.toml has fewer than 32 characters, so it could be guessed: make one with "
            "python -c 'import secrets; print(secrets.token_hex(32))'."
        )
    try:
        import authlib  # noqa: F401
        import httpx  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "Signing in needs packages that are not installed: python -m pip install -r requirements-signin.txt."
        ) from error


def is_sign_in_enabled() -> bool:
    """Return whether secrets.toml has a section [auth], with which people can sign in."""
    return bool(_secrets())


def list_providers() -> list[str]:
    """Return the names of the identity providers in secrets.toml; [""] where there is one without a name."""
    return _named_providers(_secrets()) or [""]


def _named_providers(auth: Mapping[str, Any]) -> list[str]:
    return [] if auth.get("client_id") else [name for name, value in auth.items() if isinstance(value, Mapping)]


def _secrets() -> Mapping[str, Any]:
    return st.secrets.get("auth", {}) if st.secrets.load_if_toml_exists() else {}


def _is_loopback(address: str | None) -> bool:
    """Return whether only programs on this machine can reach an address."""
    if not address:
        return False
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
