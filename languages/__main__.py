"""`python -m languages`: bring the catalogues up to date with the code, and say what is missing.

With a name like `ja` or `pt_BR`, also begin the catalogue of that language.
"""

import sys

from languages.catalogues import catalogue_files, problems, update
from mnist_models.translation import LOCALE


def main(names: list[str]) -> int:
    """Update all catalogues; returns how many have something left to do."""
    for name in names:
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
