"""How well are other people's pictures read, and what does it cost?

Every picture of a folder is read as the page Draw reads it: its digits are found, each approach
chooses for itself where touching ones are cut, and the number is what it reads one after another,
with a "?" where no binary model says yes.
The folder holds a labels.csv with the columns file, label and kind; a label is a digit, a number,
or "none" for a picture without a digit.

    PICTURES=FOLDER python -m benchmarks.pictures [--run NAME ...] [--write]

With --write the README gets the tables.
"""

import argparse
import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from benchmarks.results import README, markdown, shipped_runs, with_contents
from mnist_models import BlankDrawing, RunError, UnreadablePicture, load_run, read_picture
from mnist_models.comparison.judgement import judge_number
from mnist_models.drawings.number import Number, reader_in
from mnist_models.formatting import milliseconds_text, number_text, rounded_text, score_text
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.metrics.significance import wilson_interval
from mnist_models.pictures import Grey
from mnist_models.runs.run import Run
from mnist_models.segmentation.found import TooManyDigits
from tests.helpers.memory import status_bytes

NUMBERS, SINGLE_DIGITS = "number", "single digits"
_NONE = "none"  # the label of a picture without a digit
_PHOTO = 4000, 3000  # pixels: twelve megapixels, as a phone takes it
_SHOTS = 5


class FolderError(Exception):
    """The folder of pictures cannot be used; the message says why."""


@dataclass(frozen=True)
class Labelled:
    """A picture file and what it shows: digits alone, empty if it shows none."""

    path: Path
    label: str
    kind: str


@dataclass
class Score:
    """What one approach of a run has read of some pictures.

    Attributes:
        pictures: how many there are.
        right: how many are read exactly.
        digits: how many digits they show.
        edits: how many digits have to be inserted, deleted or changed to make all of them right.
    """

    pictures: int = 0
    right: int = 0
    digits: int = 0
    edits: int = 0

    def count(self, label: str, answer: str) -> None:
        """Take in one picture."""
        self.pictures += 1
        self.right += answer == label
        self.digits += len(label)
        self.edits += edit_distance(answer, label)

    def __str__(self) -> str:
        if not self.pictures:
            return ""
        interval = wilson_interval(self.right, self.pictures)
        return score_text(self.right, self.pictures, interval, digits=1)


@dataclass
class Result:
    """What a run has read.

    Attributes:
        run: its name.
        approaches: those that were asked.
        scores: by approach and kind; one of the kinds is `SINGLE_DIGITS`, whatever kind they are.
        blank: how many pictures show no digit.
        plain: to how many of these the page gives a plain answer: the same by both, neither unsure.
    """

    run: str
    approaches: tuple[Approach, ...]
    scores: dict[tuple[Approach, str], Score] = field(default_factory=dict)
    blank: int = 0
    plain: int = 0

    @property
    def kinds(self) -> list[str]:
        """In the order of the folder, the single digits last."""
        kinds = dict.fromkeys(kind for _, kind in self.scores)
        return sorted(kinds, key=lambda kind: kind == SINGLE_DIGITS)

    def score(self, approach: Approach, kind: str) -> Score:
        """Of no pictures, if there is none of this kind."""
        return self.scores.get((approach, kind), Score())

    def count(self, labelled: Labelled, numbers: dict[Approach, Number]) -> None:
        """Take in one picture."""
        if not labelled.label:
            self.blank += 1
            places = judge_number(numbers)
            self.plain += bool(places) and all(place.judgement.is_plain for place in places)
            return
        kinds = [labelled.kind, *([SINGLE_DIGITS] if len(labelled.label) == 1 else [])]
        for approach, kind in product(self.approaches, kinds):
            score = self.scores.setdefault((approach, kind), Score())
            score.count(labelled.label, str(numbers.get(approach, "")))


def labelled_pictures(folder: Path) -> list[Labelled]:
    """What labels.csv lists.

    Raises:
        FolderError: it cannot be read, or a label is none.
    """
    table = folder / "labels.csv"
    try:
        text = table.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FolderError(f"{table} cannot be read: {error}") from error
    pictures = []
    for row in csv.DictReader(io.StringIO(text)):
        if not {"file", "label", "kind"} <= set(row):
            raise FolderError(f"{table} needs the columns file, label and kind.")
        label = "".join((row["label"] or "").split())  # spaces stand between numbers
        if label != _NONE and not (label.isascii() and label.isdecimal()):
            raise FolderError(f"{row['file']}: {label!r} is no digit, no number and not {_NONE}.")
        digits = "" if label == _NONE else label
        pictures.append(Labelled(folder / row["file"], digits, row["kind"]))
    return pictures


def edit_distance(first: str, second: str) -> int:
    """How many characters to insert, delete or change to make one of the other (Levenshtein)."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


def decoded(pictures: Iterable[Labelled]) -> Iterator[tuple[Labelled, Grey | None]]:
    """Each picture with its pixels, (H, W, 4), or None where it cannot be read."""
    for labelled in pictures:
        try:
            yield labelled, read_picture(labelled.path.read_bytes())
        except UnreadablePicture:
            yield labelled, None


def read(run: Run, picture: Grey | None) -> dict[Approach, Number]:
    """The number that each approach reads; empty where the page reads none."""
    if picture is None:
        return {}
    try:
        ask = reader_in(picture)
        return {a: ask(run.stack(a)) for a in run.with_weights}
    except (BlankDrawing, TooManyDigits):
        return {}


def score(run: Run, pictures: Iterable[tuple[Labelled, Grey | None]]) -> Result:
    """Read all pictures; what cannot be decoded counts as an empty answer."""
    result = Result(run.name, run.with_weights)
    for labelled, picture in pictures:
        result.count(labelled, read(run, picture))
    return result


def accuracy_table(results: Sequence[Result]) -> str:
    """Markdown: what each approach of each run reads, a row each."""
    head = ["run", "approach", SINGLE_DIGITS, "numbers, exactly", "digits of numbers to correct"]
    head.append("plain answers where there is no digit")
    rows = [_row(result, approach) for result in results for approach in result.approaches]
    return markdown([head, *rows])


def _row(result: Result, approach: Approach) -> list[str]:
    numbers = result.score(approach, NUMBERS)
    return [
        result.run,
        TITLES[approach].lower(),
        str(result.score(approach, SINGLE_DIGITS)),
        str(numbers),
        f"{numbers.edits} of {numbers.digits}",
        f"{result.plain} of {result.blank}",
    ]


def kinds_table(result: Result) -> str:
    """Markdown: what one run reads of each kind of picture, a row each."""
    head = ["kind", *(TITLES[approach].lower() for approach in result.approaches)]
    rows = [[k, *(str(result.score(a, k)) for a in result.approaches)] for k in result.kinds]
    return markdown([head, *rows])


@dataclass(frozen=True)
class Cost:
    """What the pictures of a folder take in a process that does nothing else.

    Attributes:
        seconds: the median of one picture.
        peak_mb: the most memory that the process has held, in MB (10^6 bytes).
    """

    seconds: float
    peak_mb: float


# What is measured, of the bytes of a file: the plain way of decoding, ours, and all that we do.
WORK: dict[str, Callable[[Run, bytes], object]] = {
    "plain": lambda _, data: np.asarray(Image.open(io.BytesIO(data)).convert("RGB")),
    "decode": lambda _, data: read_picture(data),
    "read": lambda run, data: read(run, read_picture(data)),
}


def measure(run: Run, folder: Path, what: str) -> Cost:
    """Do one kind of `WORK` with each picture."""
    times = []
    for labelled in labelled_pictures(folder):
        data = labelled.path.read_bytes()
        started = time.perf_counter()
        with suppress(UnreadablePicture, OSError):  # the second is Pillow's
            WORK[what](run, data)
        times.append(time.perf_counter() - started)
    return Cost(median(times), status_bytes("VmHWM") / 1e6)


def cost_table(folder: Path, run: str) -> str:
    """Markdown: what reading takes beside decoding alone, each in a process of its own.

    The plain way of decoding is Pillow's, all pixels; ours shrinks a large photograph on the way.
    """
    head = ["median of", "decoded plainly", "decoded by us", "decoded, found and read by both"]
    head += ["times the plain decoding", "more memory than it"]
    with TemporaryDirectory() as photos:
        _photograph(folder, Path(photos))
        rows = [
            _cost_row("these pictures", folder, run),
            _cost_row("a photograph of 12 megapixels", Path(photos), run),
        ]
    return markdown([head, *rows])


def _cost_row(title: str, folder: Path, run: str) -> list[str]:
    costs = [_in_own_process(folder, run, what) for what in WORK]
    plain, whole = costs[0], costs[-1]
    return [
        title,
        *(milliseconds_text(cost.seconds * 1000) for cost in costs),
        rounded_text(whole.seconds / plain.seconds),
        number_text(whole.peak_mb - plain.peak_mb, ".0f") + " MB",
    ]


def _photograph(folder: Path, photos: Path) -> None:
    """Make a folder of the largest picture with digits, several times, as a phone takes it."""
    pairs = ((picture, each) for each, picture in decoded(labelled_pictures(folder)) if each.label)
    readable = ((picture, each) for picture, each in pairs if picture is not None)
    picture, labelled = max(readable, key=lambda pair: pair[0].size)
    Image.fromarray(picture).convert("RGB").resize(_PHOTO).save(photos / "photo.jpg", quality=90)
    row = f"photo.jpg,{labelled.label},{labelled.kind}\n"
    (photos / "labels.csv").write_text("file,label,kind\n" + row * _SHOTS, encoding="utf-8")


def _in_own_process(folder: Path, run: str, what: str) -> Cost:
    command = [sys.executable, "-m", "benchmarks.pictures", "--run", run, "--measure", what]
    environment = {**os.environ, "PICTURES": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--run", nargs="*", help="runs in trained/ (default: all shipped ones)")
    parser.add_argument("--write", action="store_true", help="update README.md")
    parser.add_argument("--measure", choices=list(WORK), help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Print the tables, and write them with --write."""
    arguments = _arguments()
    folder = os.environ.get("PICTURES")
    if not folder:
        sys.exit("PICTURES names no folder of pictures with a labels.csv.")
    try:
        pictures = labelled_pictures(Path(folder))
        runs = [load_run(name) for name in arguments.run] if arguments.run else shipped_runs()
    except (FolderError, RunError) as error:
        sys.exit(str(error))
    if arguments.measure:
        print(json.dumps(asdict(measure(runs[0], Path(folder), arguments.measure))))
        return
    results = [score(run, decoded(pictures)) for run in runs]
    kinds = kinds_table(results[0])
    tables = "\n".join([accuracy_table(results), kinds, cost_table(Path(folder), runs[0].name)])
    print(tables)
    if arguments.write:
        text = with_contents("pictures", tables, README.read_text(encoding="utf-8"))
        README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
