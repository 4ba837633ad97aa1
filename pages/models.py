"""Meet the models: what each is made of, how it differs from the one before, and how well it does."""

import streamlit as st

from catdog.charts import CONFIG, plot_architecture
from catdog.comparison import describe_validation, label_runs
from catdog.models.specs import MODELS, ModelSpec
from catdog.models.summary import Layer, list_layers
from catdog.runs import Run
from catdog.utils.text import format_percent, format_size, join_names
from pages.components import markdown, page, state
from pages.components.models.side_by_side import BEFORE, draw_changes, draw_table

FLOAT32_BYTES = 4
UNSCORED = "Of its best epoch, while training: the kept model has not been scored."
MAX_COMPARED = 6  # runs: more curves on one chart can't be told apart
LOSSES = {
    "SparseCategoricalCrossentropy": "the two numbers that the model gives, one for {class_0} and one for "
    "{class_1}, become probabilities that add up to 100%, and the loss is small where the right class got a high one. "
    "“Sparse” means that a label is simply the number of its class, 0 or 1.",
    "BinaryCrossentropy": "the model gives one probability, that of {class_1}, and the loss is small where it is near "
    "100% for images of {class_1} and near 0% for images of {class_0}. Being confident and wrong costs most.",
}
HOW_TO_READ = (
    "Read it from left to right: each block is what one layer hands on to the next. The **higher** a block, the larger "
    "its image; the **wider**, the more numbers (channels) describe each place of it. **Violet** layers look for "
    "patterns, **blue** ones shrink, **pink** ones weigh up and decide, grey ones prepare or only pass on; **hatched** "
    "ones act only while the model trains. Roots and logarithms are drawn, or the small blocks would vanish."
)


def main() -> None:
    """Draw the page."""
    class_0, class_1 = state.classes()
    page.page_header(
        "Meet the models",
        f"A model is a chain of layers that turns pixels into an answer: {class_0} or {class_1}. **Bold** is what each "
        "of the four changes against the one before.",
    )
    first, here = next(iter(MODELS)), state.source()
    runs = state.runs()
    by_model = state.group_by_model([run for run in runs if run.config.source == here])
    draw_table(by_model, "" if here == "photos" else " (photos)")
    with st.container(horizontal=True, key="model-choice"):
        chosen = st.segmented_control(
            "Model", list(MODELS), default=first, required=True, key="model", bind="query-params"
        )
        other = st.segmented_control(
            "Compared with", [BEFORE, *MODELS], default=BEFORE, required=True, key="against", bind="query-params"
        )
    name = chosen or first  # an empty ?model= chooses none
    spec, layers = MODELS[name], list_layers(name)
    st.header(f"{name}: {spec.title}", anchor=False)
    st.markdown(spec.idea)
    _draw_architecture(name)
    st.subheader("What changed, and why", anchor=False)
    draw_changes(name, other or BEFORE)
    with st.expander("Layers and parameters", icon=":material/table_rows:"):
        _explain_layers(layers)
        _draw_layers(spec, layers)
    with st.expander("Loss", icon=":material/target:"):
        st.markdown(
            "After each batch of images one number, the **loss**, says how wrong the answers were, and training makes "
            f"it small. {name}'s is called **{spec.loss}**: "
            + LOSSES[spec.loss].format(class_0=class_0, class_1=class_1)
        )
    st.subheader("How well it does", anchor=False)
    own = state.group_by_model(runs)[name]
    _draw_scores(spec, [run for run in own if not run.config.quick])  # nobody has published a quick one
    _draw_links(name, own)


def _draw_architecture(name: str) -> None:
    """Draw the network in parts, which lie side by side where there is room for it."""
    parts = plot_architecture(name)
    config = {**CONFIG, "displayModeBar": False}
    with st.container(key="drawing"):
        for index, (cell, (chart, words)) in enumerate(zip(page.row(len(parts), 205), parts, strict=True)):
            cell.plotly_chart(chart, key=f"drawing-{name}-{index}", config=config, alt=words)
    with st.expander("How to read the drawing", icon=":material/help:"):
        st.markdown(HOW_TO_READ)


def _explain_layers(layers: tuple[Layer, ...]) -> None:
    """Draw a sentence for each kind of layer, with the names of its layers."""
    by_sentence: dict[str, list[Layer]] = {}
    for layer in layers:
        by_sentence.setdefault(layer.does, []).append(layer)
    st.markdown(
        "\n".join(
            f"- **{alike[0].kind}** ({markdown.escape(join_names([layer.name for layer in alike]))}): {does}"
            for does, alike in by_sentence.items()
        )
    )


def _draw_layers(spec: ModelSpec, layers: tuple[Layer, ...]) -> None:
    """Draw the table of layers, as Keras' `model.summary()` has it, and its sums."""
    st.markdown(
        "Layers as listed by Keras' `model.summary()`. The output shape is what a layer hands on: how many "
        "images (None: any number), height, width and channels, or just how many numbers."
    )
    column = st.column_config
    st.dataframe(
        [
            {
                "name": layer.name,
                "kind": layer.kind,
                "output": str(layer.output),
                "parameters": layer.parameters,
                "trained": "" if not layer.parameters else "frozen" if layer.frozen_parameters else "yes",
            }
            for layer in layers
        ],
        hide_index=True,
        height="content",
        alt=f"The {len(layers)} layers of {spec.name} with kind, output shape and parameters",
        column_config={
            "name": column.TextColumn("Layer", pinned=True, width=24 + 8 * max(len(layer.name) for layer in layers)),
            "kind": "Kind",
            "output": "Output shape",
            "parameters": column.NumberColumn("Parameters", format="localized"),
            "trained": column.TextColumn("Trained", help="Whether training changes its parameters."),
        },
    )
    total, trained = spec.parameters, spec.trainable_parameters
    sums = {
        "Parameters in total": f"{total:,}",
        "Trained": f"{trained:,}",
        "Frozen": f"{total - trained:,}",
        "Size as float32": format_size(FLOAT32_BYTES * total),
    }
    for cell, (label, value) in zip(page.row(len(sums), 150), sums.items(), strict=True):
        cell.metric(label, value)
    st.caption("float32 is the usual way to store such a number; it takes 4 bytes.")


def _draw_scores(spec: ModelSpec, runs: list[Run]) -> None:
    """Draw the reference course's scores beside the user's best on photos; apart from these, the best on other data."""
    names, best_by_source = label_runs(runs), dict[str, Run]()
    for run in sorted(_with_score(runs), key=lambda run: run.selection_accuracy):
        best_by_source[run.config.source] = run
    yours, published = best_by_source.pop("photos", None), spec.published
    how = UNSCORED if yours and yours.val_accuracy is None else None
    none = None if published.test_accuracy else "The reference course gives no test score for this model."
    scores = (
        ("Validation, reference course", format_percent(published.best_val_accuracy, 0), None),
        ("Validation, yours on photos", format_percent(yours.selection_accuracy if yours else None), how),
        (
            "Test, reference course",
            format_percent(published.test_accuracy),
            none,
        ),
        ("Test, yours on photos", format_percent(yours.test_accuracy if yours else None), None),
    )
    for cell, (label, value, about) in zip(page.row(len(scores), 165), scores, strict=True):
        cell.metric(label, value, help=about)
    st.caption(
        "Accuracy on validation images, by which the best epoch is chosen, and on test images, which play no part in "
        "training or choosing. The reference course's scores are for photos."
    )
    lines = []
    if yours:
        lines.append(f"Your best on photos, by validation accuracy, is **{markdown.escape(names[yours.id])}**.")
    else:
        lines.append(f"You have not trained {spec.name} on photos yet: your own best score will stand here.")
    for source, run in best_by_source.items():
        test = "" if run.test_accuracy is None else f", test accuracy {format_percent(run.test_accuracy)}"
        lines.append(
            f"On {state.describe_source(source)}: {describe_validation(run)}{test} "
            f"(**{markdown.escape(names[run.id])}**). That is other data, so it can't be compared with the reference "
            "course."
        )
    st.markdown("\n".join(f"- {line}" for line in lines))


def _draw_links(name: str, runs: list[Run]) -> None:
    """Draw the buttons that lead on: to train this model, and to the curves of its runs on the data in use."""
    here = [run for run in _with_score(runs) if run.config.source == state.source()] or _with_score(runs)
    compared = [run.id for run in here[:MAX_COMPARED]]
    with st.container(horizontal=True):
        if st.button(f"Train {name}", type="primary", icon=":material/model_training:"):
            st.switch_page("train.py", query_params={"models": name})
        if compared and st.button(f"Compare the runs of {name}", icon=":material/query_stats:"):
            st.switch_page("compare.py", query_params={"run": compared})


def _with_score(runs: list[Run]) -> list[Run]:
    return [run for run in runs if run.selection_accuracy is not None]


main()
