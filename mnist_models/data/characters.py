"""252 classes: 242 characters of eight alphabets, and the ten digits, each drawn by 20 people.

The characters are Omniglot's small background sets (Lake, Salakhutdinov and Tenenbaum, 2015, MIT
licence), read from the .npz that CHARACTERS names, or from the two archives of their repository,
which are downloaded once. The digits are the pen digits of 20 of their writers, one of each digit,
drawn with a pen like that of the characters, or a network would know them by their pen.
"""

import io
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_models.data.download import DatasetError, OnAmount, Source, cache_folder, fetch
from mnist_models.data.pen_digits import WRITING_BOX, PenDigit, load_pen_digits
from mnist_models.pictures import SIDE, Images
from mnist_models.preprocessing.rasterise import render
from mnist_models.preprocessing.to_mnist import place, steps_of
from mnist_models.text import Text, Texts, t

PEOPLE, SIDE_OF_INK = 20, 105  # who drew each character, and pixels of their drawings
DIGITS = "Digits"
# In the order in which classes are added; what people call them.
ALPHABETS = Texts(
    {
        DIGITS: t("Digit"),
        "Latin": t("Latin"),
        "Greek": t("Greek"),
        "Korean": t("Korean"),
        "Japanese_(katakana)": t("Katakana"),
        "Sanskrit": t("Sanskrit"),
        "Tagalog": t("Tagalog"),
        "Balinese": t("Balinese"),
        "Early_Aramaic": t("Early Aramaic"),
    }
)
# People learn or are left out, by their number in an alphabet, which means nothing: the first
# fifteen learn. Settings are chosen on the last three of them, and nothing on the other five.
LEARN, CHOOSE = range(1, 16), range(13, 16)
EXAMPLES = 10  # of a class that a visitor picks

_REPOSITORY = "https://github.com/brendenlake/omniglot/raw/master/python/"
_INSTEAD = t("Alternatively, set CHARACTERS to a copy of characters.npz.")
# Sizes and hashes as TensorFlow Datasets has recorded them.
OMNIGLOT = (
    Source(
        what=t("first archive of characters"),
        url=f"{_REPOSITORY}images_background_small1.zip",
        sha256="f38eb80f801274ac2b4dff5b24289016bfaba4a7d5bb50deebf27104ad6cb8a4",
        size_bytes=1_319_022,
        instead=_INSTEAD,
    ),
    Source(
        what=t("second archive of characters"),
        url=f"{_REPOSITORY}images_background_small2.zip",
        sha256="3ccaa407515a8778e5d0861875af38b17e418f301ad5bb3b5a6b65d901a41c7f",
        size_bytes=1_580_917,
        instead=_INSTEAD,
    ),
)
_MEMBER = re.compile(r"[^/]+/([^/]+)/character(\d\d)/\d{4}_(\d\d)\.png")
_CLASS = re.compile(r"([^/]+)/\d\d")
_MAX_BYTES = 16 * 2**20  # of a file, and of what is in it
_MAX_MEMBERS = 10_000
_DIGITS_PEN = 5.5  # pixels of a drawing: as wide, beside its size, as the characters' median


@dataclass(frozen=True, eq=False)
class Characters:
    """Drawings, one of each class by each of its people.

    Attributes:
        ink: (n, 105, 105) bool.
        label: (n,) "Alphabet/number", the number of two figures.
        drawer: (n,) 1 to 20; who has the same number in another alphabet is somebody else.
    """

    ink: NDArray[np.bool_]
    label: NDArray[np.str_]
    drawer: NDArray[np.int64]

    @cached_property
    def classes(self) -> list[str]:
        """The classes, digits first, then alphabet after alphabet as `ALPHABETS` has them."""
        order = list(ALPHABETS)
        found = np.unique(self.label).tolist()
        return sorted(found, key=lambda label: (order.index(alphabet_of(label)), label))

    def of(self, rows: NDArray[np.bool_]) -> "Characters":
        """Some of them, by mask."""
        return Characters(self.ink[rows], self.label[rows], self.drawer[rows])

    def __add__(self, other: "Characters") -> "Characters":
        return Characters(
            np.concatenate([self.ink, other.ink]),
            np.concatenate([self.label, other.label]),
            np.concatenate([self.drawer, other.drawer]),
        )

    def pictures(self) -> Images:
        """MNIST's geometry alone, (n, 28, 28) uint8: the strokes stay as thin as they are.

        People who were held out are read better so than with MNIST's pen, in which the strokes of
        the many-stroked run into one another.
        """
        return np.stack([place(ink.astype(np.float64)) for ink in self.ink])

    def as_mnist(self) -> Images:
        """As visitors' drawings are prepared, with MNIST's pen, (n, 28, 28) uint8."""
        return np.stack([steps_of(ink.astype(np.float64)).centred for ink in self.ink])


def alphabet_of(label: str) -> str:
    """The alphabet of a class."""
    return label.split("/")[0]


def title_of(label: str) -> Text:
    """What people call a class: "Greek 3"; a digit is counted from 0."""
    alphabet, number = label.split("/")
    return t("{alphabet} {number}", alphabet=ALPHABETS[alphabet], number=int(number))


def find_characters() -> bool:
    """Whether the characters are on this machine, so that nothing need be downloaded."""
    return bool(os.environ.get("CHARACTERS")) or all(_target(s).exists() for s in OMNIGLOT)


def load_characters(*, progress: OnAmount | None = None) -> Characters:
    """The characters of the file that CHARACTERS names, or of the two archives.

    Raises:
        DatasetError: they cannot be loaded, or a file is damaged.
    """
    named = os.environ.get("CHARACTERS")
    paths = [Path(named)] if named else [fetch(s, _target(s), progress) for s in OMNIGLOT]
    read = _read_arrays if named else _read_archive
    try:
        found: dict[tuple[str, int], NDArray[np.bool_]] = {}
        for path in paths:
            found |= read(path)  # both archives have Latin and Greek
        return _checked(found)
    except FileNotFoundError as error:
        raise DatasetError(
            t("CHARACTERS names {file}, and there is no such file.", file=paths[0].name)
        ) from error
    # zip, zlib, PNG and NumPy's header parser fail on damaged bytes in a dozen different ways.
    except Exception as error:
        raise DatasetError(
            t("{file} is damaged: replace it with a fresh copy.", file=path.name)
        ) from error


def examples_of(alphabet: str, *, progress: OnAmount | None = None) -> dict[str, Images]:
    """Of each class of an alphabet ten drawings, (10, 28, 28), by ten of those who learn.

    They are prepared as visitors' drawings are, so that networks that know these can learn them.

    Raises:
        DatasetError: the characters cannot be loaded.
    """
    everything = load_characters(progress=progress)
    shown = np.isin(everything.drawer, LEARN[:EXAMPLES])
    chosen = everything.of(shown & np.char.startswith(everything.label, f"{alphabet}/"))
    pictures = chosen.as_mnist() if len(chosen.label) else np.zeros((0, SIDE, SIDE), np.uint8)
    return {label: pictures[chosen.label == label] for label in chosen.classes}


def load_all(*, progress: OnAmount | None = None) -> Characters:
    """The ten digits and the characters: 252 classes, 20 drawings of each; raises DatasetError."""
    return digits_of(load_pen_digits(progress=progress)) + load_characters(progress=progress)


def digits_of(pens: Sequence[PenDigit]) -> Characters:
    """The first of each digit by the first 20 writers who wrote all ten of them."""
    first = {(pen.writer, pen.digit): pen for pen in reversed(pens)}
    writers = sorted({writer for writer, _ in first})
    whole = [w for w in writers if all((w, digit) in first for digit in range(10))][:PEOPLE]
    chosen = [(n + 1, first[w, digit]) for digit in range(10) for n, w in enumerate(whole)]
    return Characters(
        np.stack([_drawn(pen) for _, pen in chosen]),
        np.array([f"{DIGITS}/{pen.digit:02}" for _, pen in chosen]),
        np.array([number for number, _ in chosen]),
    )


def _drawn(pen: PenDigit) -> NDArray[np.bool_]:
    drawing = render(pen.strokes, box=WRITING_BOX, canvas=SIDE_OF_INK, pen=_DIGITS_PEN, big=True)
    return drawing > 127


def _target(source: Source) -> Path:
    return cache_folder() / f"omniglot_{source.url.rsplit('_', 1)[1]}"


def _read_arrays(path: Path) -> dict[tuple[str, int], NDArray[np.bool_]]:
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > _MAX_BYTES:
            raise ValueError("too large")
    with np.load(path, allow_pickle=False) as arrays:
        packed, labels, drawers = (arrays[name] for name in ("ink", "label", "drawer"))
    size = SIDE_OF_INK**2
    ink = np.unpackbits(packed, axis=1, count=size).reshape(-1, SIDE_OF_INK, SIDE_OF_INK)
    return dict(
        zip(zip(labels.tolist(), drawers.tolist(), strict=True), ink.astype(bool), strict=True)
    )


def _read_archive(path: Path) -> dict[tuple[str, int], NDArray[np.bool_]]:
    return dict(_drawings(path))


def _drawings(path: Path) -> Iterator[tuple[tuple[str, int], NDArray[np.bool_]]]:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > _MAX_MEMBERS or sum(m.file_size for m in members) > _MAX_BYTES:
            raise ValueError("too large")
        for member in members:
            if match := _MEMBER.fullmatch(member.filename):
                alphabet, number, drawer = match.groups()
                with Image.open(io.BytesIO(archive.read(member))) as picture:
                    if picture.size != (SIDE_OF_INK, SIDE_OF_INK):
                        raise ValueError(f"{member.filename} is {picture.size}")
                    paper = np.asarray(picture.convert("L")) > 127
                yield (f"{alphabet}/{number}", int(drawer)), ~paper


def _checked(found: dict[tuple[str, int], NDArray[np.bool_]]) -> Characters:
    """All of them, by class and person.

    Raises:
        ValueError: a class is of no known alphabet, or was not drawn once by each of 20 people.
    """
    keys = sorted(found)
    labels = np.array([label for label, _ in keys])
    classes, counts = np.unique(labels, return_counts=True)
    if not len(keys) or (counts != PEOPLE).any():
        raise ValueError("a character was not drawn by twenty people")
    if {drawer for _, drawer in keys} != set(range(1, PEOPLE + 1)):
        raise ValueError("people are numbered from 1 to 20")
    if not all(_CLASS.fullmatch(c) and alphabet_of(c) in ALPHABETS for c in classes.tolist()):
        raise ValueError("a character of no known alphabet")
    ink = np.stack([found[key] for key in keys])
    if not ink.any(axis=(1, 2)).all():
        raise ValueError("a drawing has no ink")
    return Characters(ink, labels, np.array([drawer for _, drawer in keys]))
