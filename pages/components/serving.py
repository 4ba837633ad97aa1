"""How the dashboard is served: what is decided as the server starts, and holds until it ends."""

import ipaddress
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from catdog.access import SignOuts, is_member
from catdog.errors import CatDogError, UsageError
from catdog.settings import Settings

PROVIDER_FIELDS = ("client_id", "client_secret", "server_metadata_url")


@dataclass(frozen=True)
class Start:
    """What was decided as the server started.

    Attributes:
        settings: Where things are, and how much is allowed.
        auth: The section [auth] of secrets.toml, with which people sign in, or None: nobody can.
    """

    settings: Settings
    auth: dict[str, Any] | None

    @property
    def for_everybody(self) -> bool:
        """Whether other machines may be served."""
        return self.settings.open or self.auth is not None


def check_serving() -> Start:
    """Decide how this server serves, or end this process with one sentence where it may not be served like this.

    Refused are an address that other machines can reach, where nobody signs in and CATDOG_OPEN is not 1; sign-in whose
    secrets.toml lacks something or can't be read; members without sign-in, and sign-in without members; settings that
    can't be used.

    Raises:
        SystemExit: The dashboard may not be served; it says why.
    """
    try:
        start = Start(Settings.from_environment(), read_auth())
        check_address(st.get_option("server.address"), start.for_everybody)
        if start.auth is not None:
            check_sign_in(start.auth)
        check_members(start.settings, start.auth is not None)
    except CatDogError as error:
        sys.exit(f"catdog: {error}")
    _decided().append(start)
    return start


def started() -> Start:
    """Return what was decided as this server started.

    Raises:
        UsageError: Nothing was, since a page was started by itself and not the dashboard.
    """
    if not _decided():
        raise UsageError(
            "A page was started by itself, so nothing was checked and nobody is served: start the dashboard with "
            "python dashboard.py."
        )
    return _decided()[0]


@cache
def _decided() -> list[Start]:
    """Return a list that holds the decision once it is made; Streamlit's own caches can be emptied from a browser."""
    return []


@cache
def sign_outs() -> SignOuts:
    """Return the sign-ins of this server that have ended, the same for every browser."""
    return SignOuts()


def explain_loss() -> str:
    """Return why sign-in, which was on as the server started, can't be relied on any more; "" while it can."""
    decided = started().auth
    try:
        lost = decided is not None and read_auth() != decided
    except UsageError:
        lost = True
    if not lost:
        return ""
    return (
        "The section [auth] of secrets.toml is not what it was when this server started, so nobody may change "
        "anything: whoever runs this server must put it back, or restart the server."
    )


def preload_packages() -> None:
    """Import the large packages that several pages need; called as the server starts.

    Left to the pages, two people's first clicks could import pandas at the same moment in two threads. One of them
    then meets half of it ("partially initialized module"), since its parts import each other.
    """
    import pandas  # noqa: F401
    import plotly.graph_objects  # noqa: F401


def check_address(address: str | None, for_everybody: bool) -> None:
    """Check that the dashboard may listen on an address.

    Args:
        address: The address; None for all of this machine's.
        for_everybody: Whether people sign in, or CATDOG_OPEN says that anybody may come.

    Raises:
        UsageError: Other machines can reach the address, and neither holds.
    """
    if not for_everybody and not is_loopback(address):
        raise UsageError(
            f"The dashboard would be open to everybody who can reach {address or 'any address of this machine'}: set "
            "up signing in (see docs/classroom.md), serve 127.0.0.1 only, or set CATDOG_OPEN=1 if you want that."
        )


def check_members(settings: Settings, sign_in: bool) -> None:
    """Check that people sign in if and only if there is a list of members, and that the lists can be read.

    Raises:
        UsageError: There is one without the other.
        AccessError: A list can't be read, or has no address.
    """
    if settings.members is None and sign_in:
        raise UsageError(
            "People can sign in, but no list says which of them may change things: set CATDOG_MEMBERS to a file with "
            "their e-mail addresses."
        )
    lists = {"members": settings.members, "owners": settings.owners}
    for of, file in lists.items():
        if file is not None and not sign_in:
            raise UsageError(
                f"CATDOG_{of.upper()} names a list of {of}, but nobody can sign in, so it would keep nobody out: add "
                f"the section [auth] to .streamlit/secrets.toml (see docs/classroom.md), or unset CATDOG_{of.upper()}."
            )
        if file is not None:
            is_member(file, "", of)


def check_sign_in(auth: Mapping[str, Any]) -> None:
    """Check that the section [auth] of secrets.toml is complete, and that the packages for signing in are there.

    Raises:
        UsageError: Something is missing, or the cookie_secret could be guessed.
    """
    missing = [name for name in ("redirect_uri", "cookie_secret") if not auth.get(name)]
    for provider in list_providers(auth):
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


def list_providers(auth: Mapping[str, Any]) -> list[str]:
    """Return the names of the identity providers in the section [auth]; [""] where there is one without a name."""
    named = [name for name, value in auth.items() if isinstance(value, Mapping)]
    return [""] if auth.get("client_id") or not named else named


def read_auth() -> dict[str, Any] | None:
    """Return the section [auth] of secrets.toml as it is now, or None where there is no such file or section.

    Raises:
        UsageError: The file is there and can't be read, or [auth] is no section: nobody knows what was meant.
    """
    try:
        auth = st.secrets.to_dict().get("auth")
    except StreamlitSecretNotFoundError as error:
        if error.error_id == "no-secrets-found":
            return None
        _refuse_secrets(error)
    except (OSError, ValueError) as error:  # not to be opened, or no UTF-8
        _refuse_secrets(error)
    if auth is not None and not isinstance(auth, dict):
        _refuse_secrets(TypeError("auth is no section"))
    return auth


def is_loopback(address: str | None) -> bool:
    """Return whether only programs on this machine can reach an address."""
    name = (address or "").casefold().removesuffix(".")
    try:
        numeric = ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost"
    return (getattr(numeric, "ipv4_mapped", None) or numeric).is_loopback


def _refuse_secrets(error: Exception) -> NoReturn:
    raise UsageError(
        f"The secrets for signing in can't be read ({error}): repair .streamlit/secrets.toml, or remove it if nobody "
        "is to sign in."
    ) from error
