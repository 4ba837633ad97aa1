"""The words of the course, a sentence each, and how they are found in a text."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache

DATA, MODELS, TRAINING, SCORES = "Data", "Models", "Training", "Scores"
GROUPS = (DATA, MODELS, TRAINING, SCORES)


@dataclass(frozen=True)
class Term:
    """A word of the trade.

    Attributes:
        name: The word, as it stands in a sentence.
        group: One of `GROUPS`.
        meaning: What it means, in a sentence of plain text.
        page: The page on which it is seen at work.
        params: The query parameters of that page.
        also: Its other forms in a text, such as the plural.
    """

    name: str
    group: str
    meaning: str
    page: str
    params: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """Its name in an address."""
        return self.name.lower().replace(" ", "-")


TERMS = (
    Term("image", DATA, "A grid of pixels, each with a value for red, green and blue.", "browse"),
    Term("class", DATA, "One of the kinds that a model tells apart.", "browse"),
    Term("label", DATA, "The class that a person says an image shows.", "browse", also=("labels", "labelled")),
    Term("dataset", DATA, "All images with their labels.", "browse", also=("datasets",)),
    Term("split", DATA, "The part of a dataset that an image is used for.", "browse", also=("splits",)),
    Term(
        "training set", DATA, "The images that a model learns from.", "browse",
        also=("training images", "training photos"),
    ),
    Term(
        "validation set", DATA, "Images that choose the best epoch and the best settings; no model learns from them.",
        "browse", also=("validation images", "validation photos"),
    ),
    Term(
        "test set", DATA, "Images kept aside to the end, for one honest score.", "evaluate", {"split": "test"},
        also=("test images", "test photos"),
    ),
    Term("baseline", DATA, "The accuracy of always guessing the most frequent class.", "browse"),
    Term(
        "near-duplicate", DATA, "An image that differs from another one by a crop, a mirror or its size only.",
        "browse", also=("near-duplicates",),
    ),
    Term(
        "leakage", DATA, "Something from the test or validation set has reached the training, so scores are too good.",
        "browse", also=("leak", "leaks"),
    ),
    Term(
        "label error", DATA, "An image whose label is wrong.", "explore", {"view": "Clean"}, also=("label errors",),
    ),
    Term(
        "model", MODELS, "A chain of layers that turns the pixels of an image into an answer.", "models",
    ),
    Term("layer", MODELS, "One step of a model: it turns numbers into other numbers.", "models", also=("layers",)),
    Term(
        "parameters", MODELS, "The numbers inside a model that training changes, also called its weights.", "models",
        also=("weights",),
    ),
    Term(
        "convolution", MODELS, "A layer that looks for the same small pattern everywhere in an image.", "models",
        also=("convolutions", "convolutional"),
    ),
    Term(
        "transfer learning", MODELS, "Using what a model has learned from other images for a new question.", "models",
        {"model": "model4"},
    ),
    Term(
        "backbone", MODELS, "The pretrained part of a model, which turns an image into features.", "models",
        {"model": "model4"}, also=("pretrained backbone",),
    ),
    Term(
        "features", MODELS, "The numbers that a backbone makes of an image: images that look alike get similar ones.",
        "explore",
    ),
    Term("frozen", MODELS, "Left as it is by training.", "models", {"model": "model4"}),
    Term(
        "fine-tuning", MODELS, "Training the top of a pretrained backbone a little further, in small steps.", "train",
        {"models": "model4"}, also=("fine-tuned", "fine-tune"),
    ),
    Term("run", TRAINING, "One training of one model, with its settings and results.", "train", also=("runs",)),
    Term("epoch", TRAINING, "One pass over all training images.", "train", also=("epochs",)),
    Term(
        "batch", TRAINING, "The images after which a model's parameters are changed once.", "train",
        also=("batches",),
    ),
    Term(
        "learning rate", TRAINING, "How far each update moves the parameters.", "train", also=("learning rates",),
    ),
    Term(
        "loss", TRAINING,
        "The number that training makes small: it is high where a model is confident and wrong.", "compare",
    ),
    Term(
        "learning curve", TRAINING, "Accuracy or loss, epoch by epoch, on training and validation images.", "compare",
        also=("learning curves",),
    ),
    Term(
        "generalization gap", TRAINING, "How far training accuracy is ahead of validation accuracy.", "compare",
        also=("gap",),
    ),
    Term(
        "overfitting", TRAINING, "A model memorizes its training images and gets no better at new ones.", "compare",
        also=("overfits", "overfit", "memorize", "memorizes"),
    ),
    Term(
        "underfitting", TRAINING, "A model has not even learned its training images well.", "compare",
        also=("underfits", "underfit"),
    ),
    Term(
        "augmentation", TRAINING,
        "Training on changed copies of the images, such as flipped and rotated ones, that keep their label.",
        "augment", also=("augmented", "augment", "augments"),
    ),
    Term(
        "seed", TRAINING, "The number that decides all chance in a training: another seed, another result.", "train",
        also=("seeds",),
    ),
    Term(
        "accuracy", SCORES, "The share of images that a model gets right.", "evaluate", also=("accuracies",),
    ),
    Term(
        "confidence", SCORES, "The probability that a model gives to the class that it predicts.", "predict",
        also=("confident",),
    ),
    Term(
        "threshold", SCORES, "The probability from which a prediction counts as the second class.", "evaluate",
        also=("thresholds",),
    ),
    Term(
        "confusion matrix", SCORES, "A table that counts, for each label, what the model predicted.", "evaluate",
    ),
    Term(
        "precision", SCORES, "Of the images predicted to be of a class, the share that is.", "evaluate",
    ),
    Term("recall", SCORES, "Of the images of a class, the share that is found.", "evaluate"),
    Term(
        "ROC AUC", SCORES,
        "The chance that an image of the second class gets a higher probability than one of the first.", "evaluate",
        also=("area under the ROC curve",),
    ),
    Term(
        "calibration", SCORES, "How well confidence fits accuracy: of answers at 80%, 80% should be right.",
        "evaluate", {"details": "Calibration"}, also=("calibrated",),
    ),
    Term(
        "confidence interval", SCORES,
        "A range made so that, over many test sets, 95 of 100 such ranges hold the true accuracy.", "compare",
        also=("confidence intervals",),
    ),
)  # fmt: skip


def get_term(slug: str) -> Term | None:
    """Return the term with a name in an address, None without one."""
    return next((term for term in TERMS if term.slug == slug), None)


def search_terms(text: str) -> tuple[Term, ...]:
    """Return the terms whose name, other forms or meaning hold a text; all for an empty one."""
    query = text.strip().casefold()
    return tuple(term for term in TERMS if query in " ".join((term.name, *term.also, term.meaning)).casefold())


def link_terms(text: str, address: str, seen: Collection[str]) -> tuple[str, frozenset[str]]:
    """Turn the first use of each term in a text into a link to the glossary.

    Links, code, directives such as ":gray[…]", and what is escaped stay as they are.

    Args:
        text: Markdown.
        address: Of the glossary; the term's slug is put after it.
        seen: Slugs of terms that were linked before, which are not linked again.

    Returns:
        The text, and the slugs that are linked in it.
    """
    linked: set[str] = set()

    def replace(match: re.Match[str]) -> str:
        term = _find_forms().get(" ".join(match["term"].casefold().split())) if match["term"] else None
        if term is None or term.slug in linked or term.slug in seen:
            return match[0]
        linked.add(term.slug)
        return f"[{match['term']}]({address}{term.slug})"

    return _make_pattern().sub(replace, text), frozenset(linked)


@cache
def _find_forms() -> dict[str, Term]:
    """Return {a form of a term in lower case: the term}."""
    return {form.casefold(): term for term in TERMS for form in (term.name, *term.also)}


@cache
def _make_pattern() -> re.Pattern[str]:
    """Return a pattern that matches what must stay as it is, or, as the group "term", a form of a term."""
    longest_first = sorted(_find_forms(), key=len, reverse=True)
    forms = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in longest_first)
    kept = r"`[^`]*`|!?\[[^\]]*\]\([^)]*\)|\$[^$]*\$|:[a-z/_-]+(?:\[|:)|https?://\S+|\\."
    return re.compile(rf"{kept}|(?<![\w/.-])(?P<term>{forms})(?![\w/-])", re.IGNORECASE)
