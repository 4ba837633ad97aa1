"""The data that a page showed as somebody clicked: whatever acts on data acts on these, or says that they changed.

Between two runs of a page a set may be deleted, replaced, renamed or changed by somebody else. A click then comes in
with the page as it was, and the page itself would go on with other data, mostly those that are chosen by default.
"""

from dataclasses import dataclass, field, replace

from catdog.datasets import Catalog
from catdog.datasets.catalog import digest_paths
from catdog.datasets.exclusions import EXCLUDED
from catdog.errors import DataError
from pages.components import state


@dataclass(frozen=True)
class ShownData:
    """What tells data that a page showed from any other.

    Attributes:
        source: As in Catalog.
        fingerprint: As in Catalog.
        excluded: Tells which images the catalog leaves out of training, "" for none.
        corrected: Tells which labels people had corrected, "" for none.
        title: What the page called them, which is not compared.
    """

    source: str
    fingerprint: str
    excluded: str
    corrected: str
    title: str = field(compare=False)


def identify(catalog: Catalog) -> ShownData:
    """Return what tells this data from any other."""
    excluded = digest_paths(catalog.paths[row] for row in catalog.indices(EXCLUDED))
    return ShownData(catalog.source, catalog.fingerprint, excluded, digest_paths(catalog.corrected), catalog.title)


def require_shown(shown: ShownData) -> None:
    """Refuse to go on where the data in use are not those that the page showed; what acts on all of them calls this.

    Raises:
        DataError: They are others, or can't be used.
    """
    _require_same(shown, identify(state.reread_dataset().catalog))


def require_same_images(shown: ShownData) -> None:
    """Refuse to go on where the images in use are not those that the page showed; what acts on one label calls this.

    Raises:
        DataError: They are others, or can't be used.
    """
    catalog = state.reread_dataset().catalog
    _require_same(shown, replace(identify(catalog), excluded=shown.excluded, corrected=shown.corrected))


def require_shown_for_training(shown: ShownData) -> Catalog:
    """Return the data in use without what is excluded, if they are what the page showed as the data to train on.

    Raises:
        DataError: They are others, others are excluded, labels were corrected, or they can't be used.
    """
    catalog = state.training_catalog(state.reread_dataset())
    _require_same(shown, identify(catalog))
    return catalog


def _require_same(shown: ShownData, current: ShownData) -> None:
    if current != shown:
        raise DataError(
            f"The data have changed since this page showed {shown.title}, so nothing was done: look at what it shows "
            "now, then try again."
        )
