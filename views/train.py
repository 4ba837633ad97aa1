"""Launch training runs, watch them, stop them and go on with them."""

import streamlit as st

from catdog.dataset import TRAINING
from catdog.dataset.splits import subset
from catdog.errors import UsageError
from catdog.models import MODELS, recipe
from catdog.runs import Run, launch, seconds_expected
from catdog.training import ACTIVE, TrainConfig
from catdog.training.config import MAX_BATCH_SIZE, MAX_EPOCHS
from catdog.words import duration, listed
from views import shared
from views.live import live
from views.runlist import runlist

DEFAULT = TrainConfig("model1")


def main() -> None:
    """Draw the page."""
    shared.opening(
        "Train",
        "A network learns by looking at all training pictures again and again, a batch at a time, and after each "
        "batch shifting its weights a little towards fewer mistakes. One round through them all is an epoch, and "
        "after each it is tested on validation pictures that it never learns from.",
    )
    with shared.errors():
        _new_run(shared.runs())
    runs = shared.runs()  # again, since some may have been started
    live([run for run in runs if run.state in ACTIVE])
    runlist([run for run in runs if run.state not in ACTIVE])


def _new_run(runs: list[Run]) -> None:
    """Draw the settings of new runs and the button that starts them."""
    _say_what_the_address_got_wrong()
    with st.container(border=True):
        models = st.pills(
            "Models", list(MODELS), selection_mode="multi", default=["model1"], key="models", bind="query-params"
        )
        for name, column in zip(MODELS, _row(len(MODELS), 210), strict=True):
            one = MODELS[name]
            column.markdown(
                f"{':material/check_circle: ' if name in models else ''}**{name}: {one.step}**  \n"
                f"{one.idea}  \n:gray[{one.parameters:,} parameters]"
            )
        configs = _configs(models)
        catalog = shared.catalog()
        training = catalog.indices(TRAINING)
        used = [len(subset(training, catalog.labels, one.fraction, one.seed)) for one in configs[:1]] or [len(training)]
        st.markdown(
            f":material/database: Trains on **{used[0]:,} of {len(training):,} training pictures** of "
            f"{shared.plain(catalog.title)}."
            + (" Choose other data in the sidebar." if len(shared.sources()) > 1 else "")
        )
        _expected(configs, catalog.counts(), runs)
        if st.button(
            f"Start training {len(models)} models" if len(models) > 1 else "Start training",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not models,
            help=None if models else "Choose at least one model first.",
            key="start",
        ):
            started = [launch(shared.settings(), config) for config in configs]
            st.toast(f"Started: {listed([run.name for run in started])}", icon=":material/play_arrow:")


def _expected(configs: list[TrainConfig], counts: dict[str, dict[str, int]], runs: list[Run]) -> None:
    """Say how long these runs will take, going by earlier ones; nothing where a model was never trained here."""
    times = [seconds_expected(runs, config, counts) for config in configs]
    if times and None not in times:
        st.markdown(
            f":material/schedule: Takes **about {duration(sum(times))}** on this machine, going by earlier runs."
            + (" Runs that wait or train already come first." if any(run.state in ACTIVE for run in runs) else "")
        )


def _configs(models: list[str]) -> list[TrainConfig]:
    """Draw the inputs that all models share; return one configuration for each model."""
    whole = {"step": 1, "bind": "query-params"}
    epochs, batch, rate, seed, share = _row(5, 150)
    values = {
        "epochs": epochs.number_input(
            "Epochs", 1, MAX_EPOCHS, DEFAULT.epochs, key="epochs", help="Rounds through all training pictures.", **whole
        ),
        "batch_size": batch.number_input(
            "Batch size",
            1,
            MAX_BATCH_SIZE,
            DEFAULT.batch_size,
            key="batch_size",
            help="Pictures looked at before the weights are shifted once.",
            **whole,
        ),
        "learning_rate": rate.number_input(
            "Learning rate",
            1e-7,
            1.0,
            DEFAULT.learning_rate,
            step=0.0005,
            format="%g",
            key="learning_rate",
            bind="query-params",
            help="How far the weights are shifted each time: too small learns slowly, too large learns nothing.",
        ),
        "seed": seed.number_input(
            "Seed",
            0,
            2**32 - 1,
            DEFAULT.seed,
            key="seed",
            help="Decides the first weights and the order of the pictures. The same seed starts the same way again.",
            **whole,
        ),
        "fraction": share.number_input(
            "Share of the data (%)",
            1,
            100,
            round(100 * DEFAULT.fraction),
            key="share",
            help="How much of the training pictures is used: fewer is faster and teaches less.",
            **whole,
        )
        / 100,
    }
    values["exact"] = st.toggle(
        "The notebook's own arithmetic",
        DEFAULT.exact,
        key="exact",
        bind="query-params",
        help="Off, training is faster: shorter numbers (bfloat16) for model1 and model3 where the processor has them, "
        "one pass over the weights in each update, and, for model4, one look at each picture instead of one an epoch.",
    )
    source = shared.source()
    return [TrainConfig(model=name, source=source, **values) for name in MODELS if name in models]


def _row(number: int, width: int) -> list:
    """Return that many cells side by side, each at least `width` pixels wide; they wrap on a narrow screen."""
    grid = st.grid(number, min_column_width=width)
    return [grid.cell() for _ in range(number)]


def _say_what_the_address_got_wrong() -> None:
    """Show one sentence for each setting in the address that can't be used; the widgets pass those settings over."""
    asked = st.query_params
    checks = [lambda name=name: recipe(name) for name in asked.get_all("models") if name]
    for key, number in (("epochs", int), ("batch_size", int), ("learning_rate", float), ("seed", int)):
        if key in asked:
            checks.append(lambda key=key, number=number: TrainConfig("model1", **{key: _number(asked[key], number)}))
    if "share" in asked:
        checks.append(lambda: _check_share(_number(asked["share"], int)))
    wrong = []
    for check in checks:
        try:
            check()
        except UsageError as error:
            wrong.append(shared.plain(str(error)))
    if wrong:
        st.warning("  \n".join([*wrong, "The page shows its own values instead."]), icon=":material/link_off:")


def _check_share(share: int | str) -> None:
    if share not in range(1, 101):
        raise UsageError(f"The share of the data is {share!r}, but must be a whole percentage from 1 to 100.")


def _number(text: str, kind: type) -> int | float | str:
    """Return the number that a text from the address says; the text itself where it is none."""
    try:
        return kind(text)
    except ValueError:
        return text[:40]


main()
