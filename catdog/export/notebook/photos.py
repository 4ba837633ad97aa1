"""The part of a notebook that gets the photos: where they are, their labels and splits, and their pixels."""

from catdog.datasets.exclusions import EXCLUDED
from catdog.datasets.splits import SPLIT_SEED, test_size
from catdog.export.notebook.cells import Cell, code, escape, literal, sentences
from catdog.export.notebook.data import DRAWN, PHOTOS, VALIDATION_PHOTOS, Data
from catdog.images.decode import SIZE
from catdog.settings import PHOTOS_URL

BATCH = 64  # photos at once where nothing is trained
BATCHES = (
    "class Photos(keras.utils.PyDataset):",
    '    """Batches of photos; its callback `shuffle` gives each epoch an order that seed and epoch decide."""',
    "",
    f"    def __init__(self, rows, batch_size={BATCH}, seed=None, finished=0):",
    "        super().__init__()",
    "        self.rows = self.order = rows",
    "        self.batch_size, self.seed, self.finished = batch_size, seed, finished",
    "        self.shuffle = keras.callbacks.LambdaCallback(on_epoch_begin=self.draw_order)",
    "",
    "    def __len__(self):",
    "        return -(-len(self.rows) // self.batch_size)",
    "",
    "    def __getitem__(self, batch):",
    "        rows = self.order[batch * self.batch_size : (batch + 1) * self.batch_size]",
    '        return images[rows].astype("float32"), labels[rows, np.newaxis].astype("float32")',
    "",
    "    def draw_order(self, epoch, logs=None):",
    "        rng = np.random.default_rng((self.seed, self.finished + epoch + 1))",
    "        self.order = rng.permutation(self.rows)",
)


def write_data_cells(data: Data, heading: str = "The photos") -> list[Cell]:
    """Return the cells that leave `images`, uint8 (N, 160, 160, 3), `labels`, `paths` and the rows of each split."""
    return [
        sentences(f"## {heading}", _explain_place(data)),
        code(*_get_folder(data)),
        sentences(_explain_splits(data)),
        code(*(_list_by_name(data) if data.files else _list_by_rule(data)), *_COUNT),
        sentences(
            f"Each photo is read, resized to {SIZE}×{SIZE} pixels and kept in memory. Pixels are whole numbers from 0 "
            "to 255."
        ),
        code(*_write_reader(data), *_READ_ALL),
        sentences("Three random photos of each class:"),
        code(*_LOOK),
    ]


def _write_reader(data: Data) -> tuple[str, ...]:
    """Return the lines that define `read_image`."""
    if data.source in VALIDATION_PHOTOS:
        return _READ_JPEG
    names = (path for _, by_class in data.files for paths in by_class for path in paths)
    return (*(_REGISTER_HEIF if any(name.lower().endswith(_HEIF) for name in names) else ()), *_READ_ANY)


def _explain_place(data: Data) -> str:
    if data.source == PHOTOS:
        return (
            "2,000 training and 1,000 validation photos of cats and dogs, a public dataset of 65 MB. The next cell "
            "downloads them. If you have a copy, write its folder into `DATA`: the one with `train` and `validation` "
            "in it."
        )
    if data.source == DRAWN:
        return (
            "The dashboard drew these images of cats and dogs itself, so they can't be downloaded. `DATA` names the "
            "folder where they lie on its machine. On another machine or on Colab, copy that folder there and write "
            "its place into `DATA`."
        )
    return (
        f"These are the photos of {escape(data.source)}. `DATA` names the folder where they lie on the dashboard's "
        "machine. On another machine or on Colab, copy that folder there and write its place into `DATA`."
    )


def _get_folder(data: Data) -> list[str]:
    lines = [f"DATA = {literal(data.folder)}  # the folder with the photos"]
    if data.source == PHOTOS:
        lines = [
            'DATA = ""  # a folder with train/ and validation/ in it; "" downloads the photos',
            "if not DATA:",
            "    archive = keras.utils.get_file(",
            f"        {literal(PHOTOS_URL.rpartition('/')[2])},",
            f"        {literal(PHOTOS_URL)},",
            "    )",
            "    with zipfile.ZipFile(archive) as photos:",
            '        photos.extractall("photos")',
            '    DATA = "photos/cats_and_dogs_filtered"',
        ]
    return [
        *lines,
        "DATA = Path(DATA)",
        'assert DATA.is_dir(), f"There is no folder {DATA}: write the right one into DATA."',
    ]


def _explain_splits(data: Data) -> str:
    changes = ""
    if data.corrections:
        count = f"{data.corrections:,} {'label was' if data.corrections == 1 else 'labels were'}"
        changes = f" {count} corrected by hand in the dashboard, and they are here, too."
    if data.files:
        return (
            "These are exactly the run's photos, each with its label and its split. The model "
            "learns from the training photos, validation photos choose its best epoch, and test photos only give the "
            f"final score.{changes}"
        )
    if data.excluded:
        count = f"{len(data.excluded):,} {'photo was' if len(data.excluded) == 1 else 'photos were'}"
        changes += f" {count} excluded from training, and so from every split here."
    return (
        "The folder says the class, and whether a photo is for training. Test photos are drawn from the validation "
        "folder once, the same number of each class. The seed is fixed, so they are the same for everybody and never "
        f"overlap with the validation photos.{changes}"
    )


def _list_by_rule(data: Data) -> list[str]:
    each = test_size(VALIDATION_PHOTOS[data.source]) // len(data.classes)
    lines = [
        f"CLASSES = {literal(list(data.classes))}",
        'paths = sorted(path.relative_to(DATA).as_posix() for path in DATA.glob("*/*/*.jpg"))',
        'labels = np.array([CLASSES.index(path.split("/")[1]) for path in paths])',
        'held_out = np.array([path.startswith("validation/") for path in paths])',
        "",
        f"rng = np.random.default_rng({SPLIT_SEED})",
        "drawn = [rng.permutation(np.flatnonzero(held_out & (labels == label))) for label in (0, 1)]",
        'splits = np.where(held_out, "validation", "training").astype("<U10")',
        f"# {each} photos of each class become test photos",
        f'splits[np.concatenate([rows[:{each}] for rows in drawn])] = "test"',
    ]
    if data.excluded:
        lines += ["", f"EXCLUDED = {literal(list(data.excluded))}", f'splits[np.isin(paths, EXCLUDED)] = "{EXCLUDED}"']
    if data.corrected:
        lines += [
            "",
            f"CORRECTED = {literal(list(data.corrected))}  # these show the other class",
            "labels = np.where(np.isin(paths, CORRECTED), 1 - labels, labels)",
        ]
    return lines


def _list_by_name(data: Data) -> list[str]:
    return [
        f"CLASSES = {literal(list(data.classes))}",
        "# for each split the photos of the first class, then those of the second",
        f"FILES = {literal({split: [list(paths) for paths in by_class] for split, by_class in data.files})}",
        "rows = sorted(",
        "    (path, label, split)",
        "    for split, by_class in FILES.items()",
        "    for label, paths in enumerate(by_class)",
        "    for path in paths",
        ")",
        "paths = [path for path, _, _ in rows]",
        "labels = np.array([label for _, label, _ in rows])",
        "splits = np.array([split for _, _, split in rows])",
    ]


_COUNT = (
    "",
    'training, validation, test = (np.flatnonzero(splits == name) for name in ("training", "validation", "test"))',
    'for name, rows in {"training": training, "validation": validation, "test": test}.items():',
    "    counts = np.bincount(labels[rows], minlength=2)",
    '    print(f"{name:>10}: {counts[0]:,} {CLASSES[0]}, {counts[1]:,} {CLASSES[1]}")',
    "baseline = np.bincount(labels[training]).max() / len(training)",
    'print(f"Always guessing the most frequent class scores {baseline:.1%}: the baseline.")',
)
_READ_JPEG = (
    "def read_image(path):",
    '    """Return a photo as the dashboard reads it: bilinear, its aspect ratio not kept, rounded to whole values."""',
    "    pixels = tf.io.decode_jpeg(tf.io.read_file(str(path)), channels=3)",
    f"    return tf.cast(tf.image.resize(pixels, ({SIZE}, {SIZE})) + 0.5, tf.uint8).numpy()",
)
_READ_ANY = (
    "def read_image(path):",
    '    """Return a photo as the dashboard reads it: upright, over white, bilinear, rounded to whole values."""',
    "    with Image.open(path) as file:",
    '        if file.format == "JPEG" and file.getexif().get(274, 1) == 1:',
    "            pixels = tf.io.decode_jpeg(tf.io.read_file(str(path)), channels=3)",
    "        else:",
    '            upright = ImageOps.exif_transpose(file).convert("RGBA")',
    '            white = Image.new("RGBA", upright.size, "white")',
    '            pixels = np.asarray(Image.alpha_composite(white, upright).convert("RGB"))',
    f"    return tf.cast(tf.image.resize(pixels, ({SIZE}, {SIZE})) + 0.5, tf.uint8).numpy()",
)
_HEIF = (".heic", ".heif")  # photos of iPhones
_REGISTER_HEIF = (
    "import pillow_heif  # python -m pip install pillow-heif",
    "",
    "pillow_heif.register_heif_opener()",
    "",
    "",
)
_READ_ALL = ("", "", "images = np.stack([read_image(DATA / path) for path in paths])", "print(images.shape)")
_LOOK = (
    "rng = np.random.default_rng()",
    "figure, axes = plt.subplots(2, 3, figsize=(8, 5.5))",
    "for label, line in enumerate(axes):",
    "    for axis, row in zip(line, rng.permutation(training[labels[training] == label])[:3]):",
    "        axis.imshow(images[row])",
    "        axis.set_title(CLASSES[label], parse_math=False)",
    '        axis.axis("off")',
    "plt.show()",
)
