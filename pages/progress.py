"""How far one active run is: bars for epoch and batch, what it does, how long it took and will take."""

import time

import streamlit as st

from catdog.comparison import data_words
from catdog.runs import Run
from catdog.words import duration, percent
from pages import shared

STATES = {"queued": "waiting for its turn", "running": "training", "stopping": "stopping"}


def progress(run: Run) -> None:
    """Draw the progress of a queued, running or stopping run."""
    status = run.status
    title = f"**{shared.plain(run.name)}** · {run.config.model} on {shared.plain(data_words(run))}"
    if run.state == "queued":
        st.markdown(f":material/hourglass_empty: {title}")
        since = duration(time.time() - status.queued)
        st.caption(f"Waiting for its turn since {since}: it starts by itself once the run before it has ended.")
        return
    st.markdown(f":material/model_training: {title}")
    epoch, share = status.epoch, status.batch / status.batches if status.batches else 0.0
    done = (epoch - 1 + share) / status.epochs if epoch and status.epochs else 0.0
    st.progress(_within(done), text=f"Epoch {epoch} of {status.epochs}" if epoch else "Getting ready")
    if status.batches:
        st.progress(_within(share), text=f"Batch {status.batch} of {status.batches}")
    what = "stopping after this step" if run.state == "stopping" else status.message or STATES[run.state]
    parts = [what[:1].upper() + what[1:]]
    if status.started:
        parts.append(f"{duration(time.time() - status.started)} so far")
    if run.eta is not None:
        parts.append(f"about {duration(run.eta)} left")
    if run.best_val_accuracy is not None:
        parts.append(f"best validation accuracy {percent(run.best_val_accuracy)} in epoch {run.best_epoch}")
    st.caption(shared.plain(" · ".join(parts)))


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0)
