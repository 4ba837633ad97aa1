"""Who looks at the dashboard and what they may do: signing in, the list of members, buttons for members only."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from catdog.access import Owned, is_member
from catdog.errors import AccessError, CatDogError
from pages.components import markdown, state
from pages.components.identity import is_owner, is_signed_in, person
from pages.components.serving import explain_loss, list_providers, started

SIGN_IN = "Sign in first: the button is in the sidebar."
SIGNED_OUT = "You have signed out, or signed in again, in another tab. Reload this page."


def reason_denied(owned: Owned | None = None) -> str:
    """Return why this person may not change anything here, or not this, as plain text; "" for one who may.

    Args:
        owned: What is to be changed, where it belongs to somebody; None where it is new.
    """
    return _judge(person(), owned)


def _judge(email: str, owned: Owned | None) -> str:
    """Return why a person may not change anything, or not this; see `reason_denied`."""
    members, owners = state.settings().members, state.settings().owners
    if started().auth is None and members is None:
        return ""
    if members is None:
        return "No list of members is set (CATDOG_MEMBERS), so nobody may change anything."
    try:
        listed = is_member(members, email)  # first of all, since without the list nobody is anybody
        if loss := explain_loss():
            return loss
        if not email:
            return _explain_nobody()
        if listed or (owners is not None and is_member(owners, email, "owners")):
            if owned is not None:
                owned.check(owners, email)
            return ""
    except CatDogError as error:
        return str(error)
    return f"{markdown.unlink(email)} is not on the list of members, so you can look but not change."


def _explain_nobody() -> str:
    """Return why whoever uses this tab counts as nobody."""
    if is_signed_in():
        return "Your account has no verified e-mail address, so it can't be on the list of members."
    return SIGNED_OUT if st.user.get("is_logged_in") else SIGN_IN


def require_member(owned: Owned | None = None) -> str:
    """Refuse to go on where this person may not change anything; everything that changes something calls this first.

    A button that is switched off is no protection by itself: what a browser sends is not bound to what it was shown.

    Args:
        owned: As for `reason_denied`.

    Returns:
        As `person` does. What goes on acts as this person, even if they sign out at this moment.

    Raises:
        AccessError: This person may not change anything, or not this; it says why.
    """
    email = person()
    if reason := _judge(email, owned):
        raise AccessError(reason)
    return email


def is_teacher() -> bool:
    """Return whether this person sees what all have handed in.

    Where people sign in, those on the list of owners do; where nobody does, whoever sits at this machine, unless other
    machines are served, too.
    """
    return is_owner() if started().auth is not None else not state.settings().open


def require_teacher() -> None:
    """Refuse to go on where this person does not see what all have handed in.

    Raises:
        AccessError: They don't.
    """
    if not is_teacher():
        raise AccessError("Only the owners of this dashboard, such as teachers, may do that.")


def perform(action: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Change a run or the data, as `action(settings, *arguments, by=person, **named)`, and return what that returns.

    The action itself checks whose the run or the data is.

    Raises:
        AccessError: This person may not change anything, or not this; it says why.
    """
    by = require_member()
    return action(state.settings(), *arguments, by=by, **named)


def button(
    label: str, *, owned: Owned | None = None, disabled: bool = False, help: str | None = None, **rest: Any
) -> bool:
    """Draw a button as st.button does; for those who may not press it, it is switched off and says why."""
    reason = reason_denied(owned)
    return st.button(label, disabled=disabled or bool(reason), help=markdown.escape(reason) or help, **rest)


def popover(label: str, *, owned: Owned | None = None, **rest: Any) -> DeltaGenerator:
    """Draw a popover as st.popover does; for those who may not use what is in it, it is switched off and says why."""
    reason = reason_denied(owned)
    return st.popover(label, disabled=bool(reason), help=markdown.escape(reason) or None, **rest)


def draw_account() -> None:
    """Draw who has signed in with a button to sign out, or the buttons to sign in; nothing where nobody can."""
    auth = started().auth
    if auth is None:
        return
    if is_signed_in():
        name = person() or str(st.user.get("name") or "somebody")
        st.caption(f":material/person: {markdown.escape(markdown.unlink(name))}")
    elif not explain_loss():
        for provider in list_providers(auth):
            label = f"Sign in with {markdown.escape(provider)}" if provider else "Sign in"
            st.button(
                label, key=f"sign-in-{provider}", on_click=st.login, args=(provider,) if provider else (),
                icon=":material/login:", width="stretch",
            )  # fmt: skip
        st.caption("Everybody can look around. Members who sign in can train, stop, rename and delete.")
    reason = reason_denied()
    if reason not in ("", SIGN_IN) and (person() or not is_signed_in()):
        st.caption(f":material/info: {markdown.escape(reason)}")
    if is_signed_in():
        st.button("Sign out", key="sign-out", on_click=st.logout, icon=":material/logout:", width="stretch")
