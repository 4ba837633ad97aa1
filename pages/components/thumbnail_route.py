"""Thumbnails by address, for what shows too many images to send them all."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from catdog.datasets import Dataset
from pages.components import state
from pages.components.opened_data import KEY
from pages.components.thumbnails import fit_jpeg

PATH = "thumbnail"
SIDE = 160  # pixels
DAY = 86_400  # seconds


def thumbnail_route() -> Route:
    """Return the route, for the server."""
    return Route(f"/{PATH}", _answer)


def _answer(request: Request) -> Response:
    """Answer with an image of a dataset that a page has opened, as a JPEG; with 404 where there is none.

    Everybody who may see the pages may see the images, and the gate has looked at the request before.
    """
    params = request.query_params
    dataset = _find_dataset(params.get("data", ""), params.get("of", ""))
    row = params.get("row", "")
    if dataset is None or not (row.isascii() and row.isdigit() and len(row) < 10 and int(row) < len(dataset.catalog)):
        return PlainTextResponse("There is no such image.", 404)
    # the address names the content, so a browser need not ask again
    headers = {"Cache-Control": f"private, max-age={DAY}, immutable"}
    return Response(fit_jpeg(dataset.pixels[int(row)], SIDE, SIDE), media_type="image/jpeg", headers=headers)


def _find_dataset(source: str, fingerprint: str) -> Dataset | None:
    job = state.jobs().find((KEY, state.settings(), source))
    opened = job.result if job is not None else None
    return opened.dataset if opened is not None and opened.dataset.catalog.fingerprint == fingerprint else None
