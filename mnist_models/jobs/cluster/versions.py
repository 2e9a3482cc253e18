"""Whether a worker has the same program and the same data as the side that asks, by hash."""

import hashlib
from collections.abc import Mapping

from mnist_models.settings import PROJECT
from mnist_models.text import Text, t

_PACKAGES = ("mnist_models", "experiments")  # what decides what comes of a job


def code_version() -> str:
    """The hash of the program as it stands on the disk: new processes run that."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((PROJECT / package).rglob("*.py")):
            digest.update(f"{path.relative_to(PROJECT).as_posix()}\n".encode())
            # Git may have changed how lines end.
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def difference(
    code: str, data: Mapping[str, str], own_code: str, own_data: Mapping[str, str]
) -> Text | None:
    """Why a worker refuses: its own program or data are others; None if it does not.

    Args:
        code: the hash of the program of the side that asks.
        data: the hash of each set of data there, empty where there is none.
        own_code: the worker's.
        own_data: the worker's.
    """
    if code != own_code:
        return t(
            "A worker of the cluster has another version of this program ({theirs}, here {ours}): "
            "install the same on both.",
            theirs=own_code[:8],
            ours=code[:8],
        )
    for name, known in data.items():
        found = own_data.get(name, "")
        if known and not found:
            return t(
                "A worker of the cluster has no data for {name}: give it the file that is used "
                "here.",
                name=name,
            )
        if known and known != found:
            return t(
                "A worker of the cluster has other data for {name} ({theirs}, here {ours}): give "
                "both the same file.",
                name=name,
                theirs=found[:8],
                ours=known[:8],
            )
    return None
