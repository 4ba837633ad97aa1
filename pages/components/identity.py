"""Who uses this tab: the person who has signed in, and whether that is an owner of the dashboard."""

import streamlit as st

from catdog.access import is_member
from catdog.errors import CatDogError
from pages.components.serving import explain_loss, sign_outs, started


def person() -> str:
    """Return the e-mail address of who has signed in, in lower case; "" where nobody has.

    An address that the provider has not verified counts for nothing: anybody could have typed it in there.
    """
    if not is_signed_in():
        return ""
    verified = st.user.get("email_verified", True)
    return "" if verified in (False, "false") else str(st.user.get("email") or "").strip().casefold()


def is_signed_in() -> bool:
    """Return whether somebody uses this tab who has signed in, and has not signed out in another one since."""
    if started().auth is None or explain_loss() or not st.user.get("is_logged_in"):
        return False
    return not sign_outs().has(st.context.cookies)


def is_owner() -> bool:
    """Return whether the person who has signed in is on the list of owners."""
    email, owners = person(), started().settings.owners
    try:
        return bool(email) and owners is not None and is_member(owners, email, "owners")
    except CatDogError:  # without the list nobody is on it
        return False
