"""`python -m languages`: bring the catalogues up to date with the code, and say what is missing.

With a name like `ja` or `pt_BR`, also begin the catalogue of that language.
"""

import argparse
import sys

from babel import Locale

from languages.catalogues import catalogue_files, problems, update
from mnist_models.translation import LOCALE


def main(arguments: list[str]) -> int:
    """Update all catalogues; returns how many have something left to do."""
    parser = argparse.ArgumentParser(prog="python -m languages", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", type=language, help="to begin")
    for name in parser.parse_args(arguments).names:
        path = LOCALE / name / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    left = 0
    for path in catalogue_files():
        update(path)
        found = list(problems(path))
        left += bool(found)
        print(f"{path.parent.parent.name}: {len(found)} to do", *found, sep="\n  ")
    return left


def language(name: str) -> str:
    """A name that stands for a language, so that no folder is made for a mistake in writing."""
    return str(Locale.parse(name))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
