"""The command for the drawings that visitors keep: count them, take them out, delete them."""

import argparse
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from mnist_models.atomic_files import WriteError, file_errors
from mnist_models.drawings.database import open_database
from mnist_models.drawings.drawing import Drawing
from mnist_models.drawings.files import write_zip
from mnist_models.drawings.store import (
    Store,
    count_of_visitors,
    delete_everyones,
    delete_exactly,
    delete_expired,
)
from mnist_models.settings import PROJECT, limits
from mnist_models.text import t

# As Streamlit has it: the file of the project wins.
_SECRETS = tuple(folder / ".streamlit" / "secrets.toml" for folder in (Path.home(), PROJECT))


def drawings(options: argparse.Namespace) -> int:
    """Count the drawings of each label, after writing them to a file or deleting them.

    What arrives while they are written is in no file, and is not deleted.
    """
    engine = open_database(_SECRETS)
    delete_expired(engine)
    everyones = Store(engine, "", shared=True)
    if options.export:
        target = Path(options.export)
        exported = _export(everyones.whole_drawings(), target)
        print(f"{target}: {len(exported):,} drawings")
        if options.empty:
            delete_exactly(engine, exported)
    elif options.empty:
        delete_everyones(engine)
    kept = everyones.drawings()
    visitors, allowed = count_of_visitors(engine), limits()
    print(f"{len(kept):,} drawings by {visitors:,} visitors are kept.")
    print(f"There is room for {allowed.drawings:,}, each for {allowed.days:,} days.")
    for label, count in sorted(Counter(drawing.label for drawing in kept).items()):
        print(f"{label:>10} {count:7,}")
    if kept:
        print(f"The first was drawn at {kept[-1].created}, the last at {kept[0].created}.")
    return 0


def _export(drawings: Iterable[Drawing], target: Path) -> list[Drawing]:
    """Write drawings to a new file; returns them, without the pictures.

    Raises:
        WriteError: there is such a file already, or it cannot be written.
        CorrectionError: the drawings cannot be read.
    """
    exported: list[Drawing] = []

    def noted() -> Iterator[Drawing]:
        for drawing in drawings:
            exported.append(replace(drawing, picture=b""))
            yield drawing

    with file_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            file = target.open("xb")
        except FileExistsError as error:
            raise WriteError(
                t("There is a file {path} already. Choose another name.", path=target)
            ) from error
        try:
            with file:
                write_zip(noted(), file)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    return exported
