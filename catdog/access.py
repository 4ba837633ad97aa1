"""Who may change things, and how much each person may send, so that one can't take it all from the others."""

import hashlib
import threading
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from catdog.errors import AccessError

HOUR = 3600.0  # seconds
MAX_TABS = 10_000  # browser tabs that are remembered with the person who opened them
MAX_SIGN_OUTS = 100_000  # sign-ins that are remembered to have ended
USER_COOKIE = "_streamlit_user"


@dataclass(frozen=True)
class Owned:
    """Something that one person started or added: only they and the owners of the dashboard may change it.

    Attributes:
        what: What a sentence calls it, such as "The run model1".
        by: The person's e-mail address, "" where it was not noted: then it belongs to the owners alone.
    """

    what: str
    by: str

    def check(self, owners: Path | None, by: str) -> None:
        """Check that a person may change it.

        Args:
            owners: The list of owners, as for `is_member`, or None: there are none.
            by: The person's e-mail address; "" where nobody signs in and on the command line: may change everything.

        Raises:
            AccessError: It is somebody else's, or the list of owners can't be read.
        """
        if by in ("", self.by) or (owners is not None and is_member(owners, by, "owners")):
            return
        raise AccessError(f"{self.what} is not yours: ask whoever started or added it, or an owner of this dashboard.")


def is_member(file: Path, email: str, of: str = "members") -> bool:
    """Return whether an e-mail address is on the list of members, or of owners.

    The list is read anew each time, so that a change holds at once.

    Args:
        file: UTF-8 text with an address, or "@" and a domain for everybody of that domain, on each line; what follows
            "#" is passed over, and capital letters don't count.
        email: The address, as the identity provider gives it.
        of: Whose list it is: "members" or "owners".

    Raises:
        AccessError: The list can't be read, or has no address.
    """
    counts = "may change anything" if of == "members" else "counts as one"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(
            f"The list of {of} {file} can't be read, so nobody {counts}: whoever runs this server must repair it, or "
            f"set CATDOG_{of.upper()} to another file."
        ) from error
    members = {line.partition("#")[0].strip().casefold() for line in lines} - {"", "@"}
    if not members:
        raise AccessError(
            f"The list of {of} {file} has no address, so nobody {counts}: whoever runs this server must write one on "
            "each line."
        )
    email = email.strip().casefold()
    name, at, domain = email.rpartition("@")
    return bool(name and domain) and not members.isdisjoint((email, at + domain))


class Allowance:
    """How many bytes each person has used within the last hour; safe to use from any number of threads."""

    def __init__(self, most: int, seconds: float = HOUR, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with nothing used.

        Args:
            most: Bytes that a person may use within `seconds`, 0 for any number.
            seconds: The span that is looked back on.
            clock: Gives the time in seconds.
        """
        self._most, self._seconds, self._clock = most, seconds, clock
        self._used: dict[str, deque[tuple[float, int]]] = defaultdict(deque)
        self._lock = threading.Lock()

    def take(self, person: str, amount: int) -> bool:
        """Count so many bytes for a person and return True; count nothing and return False where they are too many."""
        with self._lock:
            used = self._recent(person)
            if self._most and amount > self._most - sum(size for _, size in used):
                return False
            if used and self._clock() - used[-1][0] < 1:  # an upload arrives in thousands of pieces
                moment, size = used.pop()
                used.append((moment, size + amount))
            else:
                used.append((self._clock(), amount))
            return True

    def give_back(self, person: str, amount: int) -> None:
        """Count so many bytes less, the last ones first: of an upload that was not accepted in the end."""
        with self._lock:
            used = self._recent(person)
            while used and amount > 0:
                moment, size = used.pop()
                if size > amount:
                    used.append((moment, size - amount))
                amount -= size

    def left(self, person: str) -> int | None:
        """Return how many bytes a person may still use now, None for any number."""
        with self._lock:
            return max(0, self._most - sum(size for _, size in self._recent(person))) if self._most else None

    def wait(self, person: str, amount: int) -> float:
        """Return in how many seconds a person may use `amount` bytes, or the whole allowance where it is less."""
        with self._lock:
            used = self._recent(person)
            over = sum(size for _, size in used) + min(amount, self._most) - self._most
            seconds = 0.0
            for moment, size in used:
                if over <= 0:
                    break
                over -= size
                seconds = moment + self._seconds - self._clock()
            return seconds

    def _recent(self, person: str) -> deque[tuple[float, int]]:
        used = self._used[person]
        while used and used[0][0] <= self._clock() - self._seconds:
            used.popleft()
        return used


class UploadCounts:
    """How much each person has uploaded, and who uses which browser tab, by Streamlit's session ids.

    Attributes:
        allowance: What each person may still upload.
    """

    def __init__(self, limit: int) -> None:
        """Allow each person `limit` bytes within an hour."""
        self.allowance = Allowance(limit)
        self._persons: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def remember(self, session: str, person: str) -> None:
        """Remember who uses a browser tab; the tabs that nobody has used for longest are forgotten."""
        with self._lock:
            self._persons[session] = person
            self._persons.move_to_end(session)
            while len(self._persons) > MAX_TABS:
                self._persons.popitem(last=False)

    def find_person(self, session: str) -> str | None:
        """Return who uses a browser tab, "" for somebody who has not signed in; None where nobody has opened it."""
        return self._persons.get(session)


class SignOuts:
    """The sign-ins that have ended, by the cookie that a browser got for each; a tab may still be open with it."""

    def __init__(self) -> None:
        """Start with none."""
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, cookies: Mapping[str, str]) -> None:
        """Remember that a sign-in has ended; the oldest ones are forgotten.

        Args:
            cookies: All cookies of the browser, by name.
        """
        sign_in = _digest_sign_in(cookies)
        if not sign_in:
            return
        with self._lock:
            self._ended[sign_in] = None
            while len(self._ended) > MAX_SIGN_OUTS:
                self._ended.popitem(last=False)

    def has(self, cookies: Mapping[str, str]) -> bool:
        """Return whether the sign-in of a browser has ended; `cookies` as for `add`."""
        return _digest_sign_in(cookies) in self._ended


def _digest_sign_in(cookies: Mapping[str, str]) -> str:
    """Return what tells one sign-in from another: its signed cookie, which holds the time; "" where there is none."""
    cookie = cookies.get(USER_COOKIE, "")
    return hashlib.sha256(cookie.encode("utf-8", "surrogateescape")).hexdigest() if cookie else ""
