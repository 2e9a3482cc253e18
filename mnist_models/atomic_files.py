"""Files that exist whole or not at all, and one sentence for when they cannot be written."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mnist_models.errors import ExpectedError
from mnist_models.text import t

INCOMING = ".incoming-"  # how the names of files begin while they are written
_NEXT_STEP = t("Free some space or allow writing there")


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
def write_errors(what: str = "trained/", next_step: str = _NEXT_STEP) -> Iterator[None]:
    """Turn errors in writing into a WriteError that names the next step.

    It does not say where the folder lies on the server: visitors read these sentences too.

    Args:
        what: cannot be written then, as people call it.
        next_step: to be followed by "and try again".
    """
    try:
        yield
    except OSError as error:
        raise WriteError(
            t(
                "{what} cannot be written: {reason}. {next_step} and try again; the existing runs "
                "are unchanged.",
                what=what,
                reason=error.strerror or str(error),
                next_step=next_step,
            )
        ) from error
