"""The command for the drawings that visitors keep: count them, take them out, delete them."""

import argparse
from collections import Counter
from pathlib import Path

from mnist_models.atomic_files import file_errors
from mnist_models.drawings.database import open_database
from mnist_models.drawings.files import write_zip
from mnist_models.drawings.store import Store, count_of_visitors, delete_everyones, delete_expired
from mnist_models.settings import PROJECT, limits

# As Streamlit has it: the file of the project wins.
_SECRETS = tuple(folder / ".streamlit" / "secrets.toml" for folder in (Path.home(), PROJECT))


def drawings(options: argparse.Namespace) -> int:
    """Count the drawings of each label, after writing them to a file or deleting all of them."""
    engine = open_database(_SECRETS)
    delete_expired(engine)
    if options.export:
        target = Path(options.export)
        with file_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                count = write_zip(Store(engine, "", shared=True).whole_drawings(), file)
        print(f"{target}: {count:,} drawings")
    if options.empty:
        delete_everyones(engine)
    kept = Store(engine, "", shared=True).drawings()
    visitors, allowed = count_of_visitors(engine), limits()
    print(f"{len(kept):,} drawings by {visitors:,} visitors are kept.")
    print(f"There is room for {allowed.drawings:,}, each for {allowed.days:,} days.")
    for label, count in sorted(Counter(drawing.label for drawing in kept).items()):
        print(f"{label:>10} {count:7,}")
    if kept:
        print(f"The first was drawn at {kept[-1].created}, the last at {kept[0].created}.")
    return 0
