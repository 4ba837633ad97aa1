"""Who may change things where people sign in: a text file with the members' addresses."""

from pathlib import Path

from catdog.errors import AccessError


def is_member(file: Path, email: str) -> bool:
    """Return whether an e-mail address is on the list, which is read anew each time, so that a change holds at once.

    file: UTF-8 text with an address, or "@" and a domain for everybody of that domain, on each line; what follows "#"
    is passed over, and capital letters don't count. Raises AccessError where it can't be read.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(
            f"The list of members {file} can't be read, so nobody may change anything: whoever runs this server must "
            "mend it, or set CATDOG_MEMBERS to another file."
        ) from error
    listed = {line.partition("#")[0].strip().casefold() for line in lines} - {"", "@"}
    email = email.strip().casefold()
    name, at, domain = email.rpartition("@")
    return bool(name and domain) and not listed.isdisjoint((email, at + domain))
