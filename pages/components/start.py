"""Starting the server from a terminal: whatever keeps it from listening is told in one sentence."""

import errno
import socket
import sys
from pathlib import Path
from typing import NoReturn

import click
import streamlit as st
from streamlit.web import cli

RIGHT = "choose a port from 1 to 65535, such as --server.port 8600 (make run PORT=8600)"


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
    except (Exception, SystemExit) as error:
        if isinstance(error, SystemExit) and error.code != 1:
            raise
        reason = explain_listening(st.get_option("server.address") or "", st.get_option("server.port"))
        if not reason:  # that is not why
            raise
        sys.exit(f"catdog: {reason}")


def explain_listening(address: str, port: object) -> str:
    """Return why this machine can't listen on an address, found out by trying; "" where it can.

    Args:
        address: A name or number, "" for any address of this machine.
        port: From Streamlit's settings, which may be anything.
    """
    where = f"port {port} of {address or 'this machine'}"
    try:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Streamlit does
            attempt.bind((address, int(str(port))))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Another program already listens on {where}: stop it, or {RIGHT}."
        if error.errno == errno.EACCES:
            return f"The system allows only its administrator to listen on {where}: {RIGHT}."
        return (
            f"This machine can't listen on the address {address} ({error.strerror or error}): choose one of its own, "
            "such as --server.address 127.0.0.1."
        )
    except (OverflowError, TypeError, ValueError):  # no number, out of range, or a name that can't be one
        return f"Nothing can listen on {where}: {RIGHT}, and an address such as 127.0.0.1."
    return ""
