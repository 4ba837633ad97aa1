"""The three charts of the runs that are judged by the same pictures: ROC, precision and recall, calibration."""

from collections.abc import Sequence

import streamlit as st

from catdog.charts import CONFIG, Line, precision_recall_chart, reliability_chart, roc_chart
from catdog.evaluation import Curve, calibration, confusion, precision_recall, roc
from views import shared
from views.evaluateanswers import Judged


def curves(one: Judged, alike: Sequence[Judged], threshold: float) -> None:
    """Draw the three charts, of all runs that are judged by the same pictures as the one in focus."""
    first, second = one.classes
    labels = one.answers.labels
    st.header("All thresholds at once, and honesty", anchor=False)
    if len(set(labels.tolist())) < 2:
        st.info("These need pictures of both classes.", icon=":material/info:")
        return
    positives = max(1, int((labels == 1).sum()))
    counts = confusion(labels, one.answers.probabilities, threshold)
    found, false = counts[1][1] / positives, counts[0][1] / max(1, int((labels == 0).sum()))
    called = int(counts[0][1] + counts[1][1])
    roc_lines, pr_lines, honest_lines = [], [], []
    for each in alike:
        answers = each.answers
        is_one = each is one
        curve = roc(answers.labels, answers.probabilities)
        point = (false, found) if is_one else None
        roc_lines.append(Line(each.name, each.run.config.model, curve.x, curve.y, _area(curve), point))
        curve = precision_recall(answers.labels, answers.probabilities)
        point = (found, counts[1][1] / called) if is_one and called else None
        pr_lines.append(Line(each.name, each.run.config.model, curve.x, curve.y, _area(curve), point))
        honest_lines.append(_honest(each))
    plain_first, plain_second = shared.plain(first), shared.plain(second)
    cells = shared.row(3, 280)
    with cells[0]:
        st.markdown(
            f"**ROC curve**: what share of the {plain_second} it finds, against what share of the {plain_first} it "
            f"wrongly calls {plain_second}, while the threshold goes from 1 down to 0. The nearer to the upper left "
            "corner, the better. The dot is the threshold in use."
        )
        st.plotly_chart(
            roc_chart(roc_lines, first, second), key="roc", config=dict(CONFIG), alt=_alt("ROC curve", roc_lines)
        )
    with cells[1]:
        st.markdown(
            f"**Precision and recall**: who wants to find all {plain_second} must accept some wrong ones among them. "
            "The nearer to the upper right corner, the better. The dot is the threshold in use."
        )
        st.plotly_chart(
            precision_recall_chart(pr_lines, second, positives / len(labels)),
            key="precision-recall",
            config=dict(CONFIG),
            alt=_alt("Precision-recall curve", pr_lines),
        )
    with cells[2]:
        st.markdown(
            f"**Calibration**: of the pictures to which it gives 80 % for {plain_second}, 8 in 10 should be "
            f"{plain_second}. Where its line is flatter than the dashed one, it is too sure of itself; where it is "
            "steeper, too modest. The number is by how much it is off on average (the expected calibration error). A "
            "large dot stands for many pictures; small ones jump about by chance."
        )
        st.plotly_chart(
            reliability_chart(honest_lines, second),
            key="reliability",
            config=dict(CONFIG),
            alt=_alt("Reliability diagram", honest_lines),
        )


def _alt(what: str, lines: Sequence[Line]) -> str:
    return f"{what} of " + ", ".join(f"{line.name} ({line.note})" for line in lines)


def _area(curve: Curve) -> str:
    return f"area {curve.area:.3f}"


def _honest(one: Judged) -> Line:
    """Return the reliability line of a run: its bins that hold a picture."""
    found = calibration(one.answers.labels, one.answers.probabilities)
    kept = found.counts > 0
    note = f"off by {100 * found.error:.1f} points"
    return Line(
        one.name,
        one.run.config.model,
        found.predicted[kept].tolist(),
        found.actual[kept].tolist(),
        note,
        None,
        found.counts[kept].tolist(),
    )
