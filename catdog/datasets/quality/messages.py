"""What a check-up found, in sentences for someone who is new to it."""

from catdog.datasets.quality.checks import BLURRED, BRIGHT, DARK, NEAR, SMALL, DuplicatePair, QualityReport
from catdog.datasets.quality.duplicates import BITS
from catdog.utils.text import join_names

#: The kinds of findings, the gravest first: what one is called, what several are called, what that means.
KINDS = {
    "leaks": (
        "leak",
        "leaks",
        "a picture that a model learns from is there once more, exactly or almost, in validation or test. The model "
        "may know that picture by heart, so its score looks better than it is.",
    ),
    "copies": ("exact copy", "exact copies", "the same picture twice, so it counts double."),
    "alike": (
        "pair that looks almost the same",
        "pairs that look almost the same",
        "saved again, resized, brightened, mirrored, or taken a moment later. Parts cut out of pictures are not looked "
        "for.",
    ),
    "unreadable": ("file that can't be read", "files that can't be read", "left out everywhere."),
    "small": (
        "very small picture",
        "very small pictures",
        f"under {SMALL} pixels on the shorter side, half of what the models see.",
    ),
    "dark": (
        "very dark picture",
        "very dark pictures",
        f"mean brightness under {DARK:g}, where 0 is black and 255 is white.",
    ),
    "bright": ("very bright picture", "very bright pictures", f"mean brightness over {BRIGHT:g} of 255."),
    "blurred": (
        "blurred picture",
        "blurred pictures",
        f"sharpness under {BLURRED:g}, which is how much neighbouring pixels differ. Fog, a plain wall or a picture "
        "that was tiny before it was enlarged look blurred as well.",
    ),
}
PAIRS = ("leaks", "copies", "alike")


def describe_findings(health: QualityReport) -> dict[str, str]:
    """Return {kind: how many were found and what that means} of the kinds of which any was found, in their order."""
    return {
        kind: f"{number:,} {one if number == 1 else several}: {meaning}"
        for kind, (one, several, meaning) in KINDS.items()
        if (number := health.counts.get(kind, 0))
    }


def describe_absent(health: QualityReport) -> str:
    """Say what was looked for and not found, "" if there is some of everything."""
    missing = [several for kind, (_, several, _) in KINDS.items() if not health.counts.get(kind)]
    if missing[:1] == ["leaks"]:
        missing[0] = "leaks (pictures that a model both learns from and is judged by)"
    return f"Looked for and not found: {join_names(missing)}." if missing else ""


def describe_pair(pair: DuplicatePair) -> str:
    """Say how two pictures are alike, and how far apart they are."""
    if pair.kind != NEAR:
        return "the same file" if pair.kind == "file" else "the same pixels, saved as another file"
    how = "a mirror image, " if pair.mirrored else ""
    return f"{how}{100 * pair.likeness:.1f} % alike, distance {pair.distance} of {BITS}"


def describe_value(kind: str, value: float) -> str:
    """Say the value for which a picture was found to be "small", "dark", "bright" or "blurred"."""
    if kind == "small":
        return f"shorter side {value:.0f} pixels"
    return f"sharpness {value:.0f}" if kind == "blurred" else f"brightness {value:.0f} of 255"
