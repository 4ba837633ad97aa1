"""Sentences on the findings of a quality check, for readers who are new to the subject."""

from catdog.datasets.quality.checks import BLURRED, BRIGHT, DARK, NEAR, SMALL, DuplicatePair, QualityReport
from catdog.datasets.quality.duplicates import BITS
from catdog.utils.text import join_names

#: {kind of finding: (singular, plural, meaning)}, the gravest first.
KINDS = {
    "leaks": (
        "leak",
        "leaks",
        "an image that a model learns from is there once more, exactly or almost, in validation or test. The model "
        "may have memorized that image, so its score looks better than it is.",
    ),
    "copies": ("exact copy", "exact copies", "the same image twice, so it counts double."),
    "alike": (
        "pair that looks almost the same",
        "pairs that look almost the same",
        "saved again, resized, brightened, mirrored, or taken a moment later. Parts cut out of images are not looked "
        "for.",
    ),
    "unreadable": ("file that can't be read", "files that can't be read", "left out everywhere."),
    "small": (
        "very small image",
        "very small images",
        f"under {SMALL} pixels on the shorter side, half of what the models see.",
    ),
    "dark": (
        "very dark image",
        "very dark images",
        f"mean brightness under {DARK:g}, where 0 is black and 255 is white.",
    ),
    "bright": ("very bright image", "very bright images", f"mean brightness over {BRIGHT:g} of 255."),
    "blurred": (
        "blurred image",
        "blurred images",
        f"sharpness under {BLURRED:g}, which is how much neighbouring pixels differ. Fog, a plain wall or an image "
        "that was tiny before it was enlarged look blurred as well.",
    ),
}
PAIRS = ("leaks", "copies", "alike")


def describe_findings(report: QualityReport) -> dict[str, str]:
    """Return {kind: how many were found and what that means} for each kind that was found, in the order of KINDS."""
    return {
        kind: f"{count:,} {singular if count == 1 else plural}: {meaning}"
        for kind, (singular, plural, meaning) in KINDS.items()
        if (count := report.counts.get(kind, 0))
    }


def describe_absent(report: QualityReport) -> str:
    """Return a sentence that lists the kinds of findings that there are none of; "" if there are some of each."""
    absent = [plural for kind, (_, plural, _) in KINDS.items() if not report.counts.get(kind)]
    if absent[:1] == ["leaks"]:
        absent[0] = "leaks (images that a model both learns from and is judged by)"
    return f"Looked for and not found: {join_names(absent)}." if absent else ""


def describe_pair(pair: DuplicatePair) -> str:
    """Return a phrase that says in which way two images are alike, and how much."""
    if pair.kind != NEAR:
        return "the same file" if pair.kind == "file" else "the same pixels, saved as another file"
    how = "a mirror image, " if pair.mirrored else ""
    return f"{how}{100 * pair.likeness:.1f}% alike, distance {pair.distance} of {BITS}"


def describe_value(kind: str, value: float) -> str:
    """Return a phrase with the value for which an image is "small", "dark", "bright" or "blurred", with its unit."""
    if kind == "small":
        return f"shorter side {value:.0f} pixels"
    return f"sharpness {value:.0f}" if kind == "blurred" else f"brightness {value:.0f} of 255"
