"""The part of a notebook that trains a run's model: the photos in the run's order, its recipe, its fine-tuning."""

from catdog.export.notebook.cells import WIDTH, Cell, code, sentences
from catdog.export.notebook.network import BACKBONE, write_compile, write_network, write_smoothed_loss
from catdog.features.head import ITERATIONS, STRENGTHS
from catdog.images.decode import SIZE
from catdog.models.fine_tuning import count_trained_weights
from catdog.models.losses import CROSS_ENTROPY
from catdog.models.networks import SCALING
from catdog.models.specs import get_spec
from catdog.training.config import TrainConfig
from catdog.training.schedule import FACTOR, MIN_DELTA, PLATEAU
from catdog.utils.text import format_percent

_WITHOUT_SMOOTHING = (
    f'history |= {{"loss": history["{CROSS_ENTROPY}"], "val_loss": history["val_{CROSS_ENTROPY}"]}}'
    "  # of the labels as they are"
)


def write_training_cells(config: TrainConfig) -> list[Cell]:
    """Return the cells that build `model`, train it and leave `history` and `probabilities`."""
    if config.quick:
        return _write_quick(config)
    tuning = _write_fine_tuning(config) if config.fine_tune_layers else []
    return [
        *_write_sample(config),
        sentences(f"### The network\n\n{_explain_network(config)}"),
        code(*write_network(config), "model.summary()"),
        sentences(f"### The training\n\n{_explain_training(config)}"),
        code(
            *write_smoothed_loss(config),
            *write_compile(config, config.learning_rate),
            *_write_kept(config),
            *_write_fit("history", config, config.learning_rate, config.epochs),
        ),
        *tuning,
        code(
            *([_WITHOUT_SMOOTHING] if config.label_smoothing else []),
            *(['model.load_weights("best.weights.h5")'] if config.restore_best else []),
            'probabilities = {"validation": predict(model, validation), "test": predict(model, test)}',
        ),
    ]


def _name_rows(config: TrainConfig) -> str:
    """Return the name of the rows that a run learns from."""
    return "training" if config.fraction >= 1 else "chosen"


def _write_sample(config: TrainConfig) -> list[Cell]:
    """Return the cells that leave `chosen`, the training photos that a run with fewer of them used."""
    if config.fraction >= 1:
        return []
    return [
        sentences(
            f"The run learned from {format_percent(config.fraction, 1).replace('.0%', '%')} of the training photos, "
            "the same share of each class; the seed draws them."
        ),
        code(
            f"rng = np.random.default_rng({config.seed})",
            "of_class = [rng.permutation(training[labels[training] == label]) for label in (0, 1)]",
            f"chosen = [rows[: max(2, round({config.fraction!r} * len(rows)))] for rows in of_class]",
            "chosen = np.sort(np.concatenate(chosen))",
        ),
    ]


def _explain_network(config: TrainConfig) -> str:
    spec = get_spec(config.model)
    learn = f", of which {spec.trainable_parameters:,} learn" * (spec.trainable_parameters < spec.parameters)
    parts = [spec.idea, f"Keras counts {spec.parameters:,} parameters{learn}."]
    if config.scaled:
        parts.append("Its first layer scales the pixels from 0..255 to −1..1.")
    elif config.model in SCALING:
        parts.append("In this run the pixels are not scaled.")
    if spec.augmentation.active and not config.augmentation.active:
        parts.append("In this run the photos stay as they are.")
    if config.augmentation.active:
        parts.append(
            f"While it trains, each photo is {config.augmentation.description}. These layers do nothing afterwards."
        )
    if spec.logits:
        parts.append("Its two outputs are logits, one for each class; softmax turns them into probabilities.")
    return " ".join(parts)


def _explain_training(config: TrainConfig) -> str:
    epochs = f"{config.epochs:,} {'epoch' if config.epochs == 1 else 'epochs'}"
    parts = [f"Adam trains it for {epochs} with a learning rate of {config.learning_rate:g}"]
    parts[0] += {"constant": ".", "cosine": ", which falls along half a cosine."}.get(
        config.schedule,
        f", divided by {round(1 / FACTOR)} each time the validation loss has not improved for {PLATEAU} epochs.",
    )
    if config.label_smoothing:
        parts.append(
            f"Label smoothing of {config.label_smoothing:g} keeps it from being too sure; `{CROSS_ENTROPY}` is the "
            "loss without it."
        )
    if config.weight_decay:
        parts.append(f"Weight decay of {config.weight_decay:g} shrinks the weights a little at every step.")
    if config.clip_norm:
        parts.append(f"Gradients longer than {config.clip_norm:g} are scaled down to that length.")
    if config.patience:
        parts.append(f"Training ends once {config.patience:,} epochs have not improved the validation accuracy.")
    kept = "with the best validation accuracy" if config.restore_best else "of the last epoch"
    parts.append(f"The weights {kept} are kept.")
    return " ".join(parts)


def _write_kept(config: TrainConfig) -> list[str]:
    if not config.restore_best:
        return []
    return [
        "best = keras.callbacks.ModelCheckpoint(",
        '    "best.weights.h5", monitor="val_accuracy", mode="max", save_best_only=True, save_weights_only=True',
        ")",
    ]


def _write_fit(name: str, config: TrainConfig, rate: float, epochs: int, finished: str = "") -> list[str]:
    """Return the lines that train `model`.

    Args:
        name: What the history is called.
        config: The run's settings.
        rate: The learning rate of the first epoch.
        epochs: How many.
        finished: Code for how many epochs came before.
    """
    callbacks = ["photos.shuffle", *(["best"] if config.restore_best else [])]
    if config.schedule == "cosine":
        cosine = f"lambda epoch: {rate!r} * (1 + math.cos(math.pi * epoch / {epochs})) / 2"
        callbacks.append(f"keras.callbacks.LearningRateScheduler({cosine})")
    if config.schedule == "plateau":
        loss = f"val_{CROSS_ENTROPY}" if config.label_smoothing else "val_loss"
        callbacks.append(
            f'keras.callbacks.ReduceLROnPlateau("{loss}", factor={FACTOR}, patience={PLATEAU}, min_delta={MIN_DELTA})'
        )
    if config.patience:
        callbacks.append(f'keras.callbacks.EarlyStopping("val_accuracy", mode="max", patience={config.patience})')
    photos = f"{_name_rows(config)}, {config.batch_size}, seed={config.seed}"
    if finished:
        photos += f", finished={finished}"
    return [
        f"photos = Photos({photos})",
        f"{name} = model.fit(",
        "    photos,",
        "    validation_data=Photos(validation),",
        f"    epochs={epochs},",
        "    shuffle=False,  # photos.shuffle does it",
        "    verbose=2,  # a line for each epoch",
        *_write_callbacks(callbacks),
        ").history",
    ]


def _write_callbacks(callbacks: list[str]) -> list[str]:
    line = f"    callbacks=[{', '.join(callbacks)}],"
    if len(line) < WIDTH:
        return [line]
    return ["    callbacks=[", *(f"        {callback}," for callback in callbacks), "    ],"]


def _write_fine_tuning(config: TrainConfig) -> list[Cell]:
    layers, epochs = config.fine_tune_layers, config.fine_tune_epochs
    return [
        sentences(
            "### Fine-tuning",
            f"The head is trained. Now the top {layers} layers of MobileNetV2 learn too, for {epochs:,} "
            f"{'epoch' if epochs == 1 else 'epochs'} at a learning rate of {config.fine_tune_rate:g}. Batch "
            "normalization stays as it is, since the few photos at hand would spoil its averages.",
            f"That makes {count_trained_weights(layers):,} parameters that learn. Training goes on from the head's "
            "last epoch, with a new optimizer.",
        ),
        code(
            "backbone.trainable = True",
            "for position, layer in enumerate(reversed(backbone.layers)):",
            "    is_normalization = isinstance(layer, layers.BatchNormalization)",
            f"    layer.trainable = position < {layers} and not is_normalization",
            "",
            *write_compile(config, config.fine_tune_rate),
            *_write_fit("tuned", config, config.fine_tune_rate, epochs, 'len(history["loss"])'),
            "history = {name: history[name] + values for name, values in tuned.items()}",
        ),
    ]


def _write_quick(config: TrainConfig) -> list[Cell]:
    rows = _name_rows(config)
    return [
        *_write_sample(config),
        sentences(
            "### The features",
            "MobileNetV2 has learned to see from over a million photos. Its last layer of features, 1,280 numbers a "
            "photo, is computed once.",
        ),
        code(
            *BACKBONE,
            "extractor = keras.Sequential(",
            "    [",
            f"        keras.Input(({SIZE}, {SIZE}, 3)),",
            "        layers.Rescaling(1 / 127.5, offset=-1),",
            "        backbone,",
            "        layers.GlobalAveragePooling2D(),",
            "    ]",
            ")",
            "features = extractor.predict(Photos(np.arange(len(images))))",
        ),
        sentences(
            "### The last layer",
            "A logistic regression is fitted on these features at once, so there are no epochs. Three strengths of its "
            "penalty are tried; the one with the lowest loss on validation photos is kept.",
        ),
        code(
            "def fit_head(strength):",
            '    """Return a last layer and its loss on the validation photos."""',
            f"    head = LogisticRegression(C=strength, max_iter={ITERATIONS}).fit(features[{rows}], labels[{rows}])",
            "    return head, score(head.predict_proba(features[validation])[:, 1], validation)[1]",
            "",
            "",
            f"heads = [fit_head(strength) for strength in {STRENGTHS}]",
            "model, _ = min(heads, key=lambda head: head[1])",
            "probabilities = {",
            '    "validation": model.predict_proba(features[validation])[:, 1],',
            '    "test": model.predict_proba(features[test])[:, 1],',
            "}",
            "history = {}",
        ),
    ]
