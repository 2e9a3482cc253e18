"""Files that are there whole or not at all, and one sentence where they cannot be written."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mnist_models.errors import ExpectedError

INCOMING = ".incoming-"  # how names begin of what is being written


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


@contextlib.contextmanager
def write_errors(
    what: str = "trained/", next_step: str = "Free some space or allow writing there"
) -> Iterator[None]:
    """Turn what goes wrong while writing into a WriteError with the next step.

    The folder's place on the server is not told: visitors read these sentences too.
    """
    try:
        yield
    except OSError as error:
        raise WriteError(
            f"{what} cannot be written: {error.strerror or error}. {next_step} and try again; the "
            "runs that were there are unchanged."
        ) from error
