"""One bar for a whole run, with a part for each of its stages."""

from catdog.runs import Progress

TITLES = {"prepare": "Prepare", "train": "Train", "score": "Score"}
NARROWEST = 9  # percent of the width that a part gets at least, so that its word fits
STYLE = """
<style>
.stages { display: flex; gap: 3px; font-size: 0.8rem; line-height: 1.3; }
.stages div div { height: 10px; border-radius: 3px; overflow: hidden; margin-bottom: 2px;
  background: color-mix(in srgb, currentColor 16%, transparent); }
.stages i { display: block; height: 100%; }
.stages .now { font-weight: 700; }
</style>
"""


def make_stage_bar(progress: Progress, colour: str, epoch: int, epochs: int) -> str:
    """Return the bar as HTML: parts as wide as their stages take long, each filled as far as it is done.

    Args:
        progress: How far the run is.
        colour: Of what is done, in CSS.
        epoch: The epoch under way, from 1; with `epochs`, for screen readers.
        epochs: How many epochs the run has.
    """
    starts, ends = (0.0, *progress.ends), (*progress.ends, 1.0)
    parts = []
    for (stage, title), start, end in zip(TITLES.items(), starts, ends, strict=True):
        filled = min(1.0, max(0.0, (progress.share - start) / (end - start))) if end > start else 0.0
        width = max(NARROWEST, round(100 * (end - start)))
        now = ' class="now"' if stage == progress.stage else ""
        parts.append(
            f'<div style="flex: {width} 1 0"><div>'
            f'<i style="width: {100 * filled:.1f}%; background: {colour}"></i></div><span{now}>{title}</span></div>'
        )
    percent = round(100 * progress.share)
    return (
        f'{STYLE}<div class="stages" role="progressbar" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{percent}" aria-label="{TITLES.get(progress.stage, "Wait")}: epoch {epoch} of {epochs}">'
        f"{''.join(parts)}</div>"
    )
