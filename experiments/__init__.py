"""Evidence for the pages: each script writes one small JSON file, which is shipped."""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_models.metrics.significance import wilson_interval
from mnist_models.settings import scheduler_address

FOLDER = Path(__file__).resolve().parent


def arguments(
    about: str | None, *, seeds: int | None = 3, cluster: bool = False
) -> argparse.ArgumentParser:
    """The command line of an experiment: how many seeds it trains, and where.

    Args:
        about: the docstring of the script.
        seeds: the default number; None if it has one seed.
        cluster: whether its trainings may be done on one, see `measuring`.
    """
    parser = argparse.ArgumentParser(description=about)
    if seeds:
        parser.add_argument("--seeds", type=int, default=seeds)
    if cluster:
        parser.add_argument(
            "--scheduler",
            default=scheduler_address(),
            metavar="ADDRESS",
            help="train on this Dask cluster, tcp://host:port (default: here)",
        )
    return parser


def counted(name: str, those: NDArray[np.bool_]) -> dict[str, Any]:
    """How many, under that name, of how many "rows", with a 95 % interval of the share."""
    number, rows = int(those.sum()), len(those)
    interval = list(wilson_interval(number, rows)) if rows else None
    return {name: number, "rows": rows, "interval": interval}


def write(name: str, seeds: int | None, contents: dict[str, Any], *, variables: str = "") -> None:
    """Write `experiments/<name>.json`, with numbers rounded to five decimals.

    Args:
        name: of the script; the file records the command that made it.
        seeds: how many were trained; None if the command has no such option.
        contents: what was measured.
        variables: of the environment, as they stand before the command.
    """
    command = f"python -m experiments.{name}" + (f" --seeds {seeds}" if seeds else "")
    command = f"{variables} {command}".strip()
    text = json.dumps({"command": command, **_rounded(contents)}, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return value
