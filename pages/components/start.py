"""Starting the server from a terminal: whatever keeps it from listening is told in one sentence."""

import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click
import streamlit as st
from streamlit.web import cli


def serve(script: str) -> NoReturn:
    """Serve the dashboard as `streamlit run` does, with the options of this process, and end this process with it.

    Streamlit ends in a traceback where it can't listen, before it has read a line of the dashboard.

    Args:
        script: Path of dashboard.py.

    Raises:
        SystemExit: The server has ended, or could not start; it says why.
    """
    try:
        sys.exit(cli.main(["run", script, *sys.argv[1:]], prog_name="streamlit", standalone_mode=False))
    except click.ClickException as error:
        sys.exit(f"catdog: {error.format_message()} See python {Path(script).name} --help.")
    except click.Abort:  # Ctrl-C
        sys.exit(130)
    except (OSError, OverflowError, RuntimeError, ValueError, SystemExit) as error:
        if _has_listened(error, script) or (isinstance(error, SystemExit) and error.code != 1):
            raise
        sys.exit(_explain(error))


def _has_listened(error: BaseException, script: str) -> bool:
    """Return whether the server listened before an error: Streamlit imports the script only then."""
    inside = sum(frame.filename == script for frame in traceback.extract_tb(error.__traceback__))
    return inside > 0 or Path(script).stem in sys.modules


def _explain(error: BaseException) -> str:
    """Return the sentence about an address or a port that the server can't listen on."""
    address, port = st.get_option("server.address") or "any address", st.get_option("server.port")
    if isinstance(error, SystemExit):  # Streamlit has found it taken, or reserved
        return (
            f"catdog: Port {port} of {address} is taken by another program or reserved by the system: stop that "
            "program, or choose another port, such as --server.port 8600 (make run PORT=8600)."
        )
    if isinstance(error, OSError):
        return (
            f"catdog: This machine can't listen on the address {address} ({error.strerror or error}): choose one of "
            "its own, such as --server.address 127.0.0.1."
        )
    return (
        f"catdog: The port {port!r} or the address {address!r} can't be used ({error}): choose a port from 1 to 65535 "
        "and an address such as 127.0.0.1."
    )
