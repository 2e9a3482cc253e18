"""Files that exist whole or not at all, and one sentence for when they cannot be written."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from mnist_models.errors import ExpectedError
from mnist_models.text import Text, t

INCOMING = ".incoming-"  # how the names of files begin while they are written


class WriteError(ExpectedError):
    """Something cannot be written: the disk is full, or a folder may not be changed."""


def write_atomically(path: Path, contents: bytes) -> None:
    """Replace a file as a whole; a failure leaves it as it was.

    Raises:
        OSError: the folder cannot be written.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=INCOMING, delete=False) as file:
        try:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).chmod(0o644)  # temporary files are closed to others
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _runs_cannot_be_written(reason: str) -> Text:
    # It does not say where the folder lies on the server: visitors read this too.
    return t(
        "trained/ cannot be written: {reason}. Free some space or allow writing there and try "
        "again; the existing runs are unchanged.",
        reason=reason,
    )


@contextlib.contextmanager
def write_errors(say: Callable[[str], Text] = _runs_cannot_be_written) -> Iterator[None]:
    """Turn errors in writing into a WriteError that names the next step.

    Args:
        say: the sentence for a reason.
    """
    try:
        yield
    except OSError as error:
        raise WriteError(say(error.strerror or str(error))) from error


def file_errors(path: Path) -> contextlib.AbstractContextManager[None]:
    """The same for a file or folder that somebody named."""
    return write_errors(
        lambda reason: t(
            "{path} cannot be written: {reason}. Free some space or allow writing there and try "
            "again.",
            path=path,
            reason=reason,
        )
    )
