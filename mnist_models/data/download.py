"""Published files from elsewhere: fetched once, whole or not at all, and checked by their hash."""

import hashlib
import http.client
import os
import secrets
import urllib.request
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from mnist_models.errors import ExpectedError
from mnist_models.text import Text, paragraph, t

OnAmount = Callable[[int, int], None]  # bytes done, bytes in all (0 if unknown)

_MAX_BYTES = 64 * 2**20  # of a file of unknown size
_BLOCK_BYTES = 2**16
_TIMEOUT_S = 30


class DatasetError(ExpectedError):
    """A dataset cannot be loaded; the message names the file, the fault and the next step."""


@dataclass(frozen=True)
class Source:
    """A published file, and what is needed to recognise it.

    Attributes:
        what: what people call its contents.
        url: where it is published.
        sha256: of the published file.
        size_bytes: of the published file; 0 if it is not known.
        instead: a sentence on what to do if it cannot be fetched.
    """

    what: Text
    url: str
    sha256: str
    size_bytes: int
    instead: Text


def cache_folder() -> Path:
    """Where downloads are kept: beside those of Keras, which `KERAS_HOME` can move."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets"


def fetch(source: Source, target: Path, progress: OnAmount | None = None) -> Path:
    """Download a file unless it already exists; returns `target`.

    `progress` may raise to cancel: the partial file is removed and the exception goes on.

    Raises:
        DatasetError: it cannot be fetched or stored, or is not the published one.
    """
    if not os.path.lexists(target):
        with closing(_download(source, target)) as steps:
            for done in steps:
                if progress:
                    progress(done, source.size_bytes)
    return target


def reason(error: Exception) -> str:
    """Why something could not be read or fetched, in the system's own words."""
    cause = getattr(error, "reason", None)  # URLError wraps the socket's own error
    cause = cause if isinstance(cause, OSError) else error
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


def _download(source: Source, target: Path) -> Generator[int, None, None]:
    """Fetch into `target`, all of it or nothing; yields the bytes done so far."""
    partial = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    limit = source.size_bytes or _MAX_BYTES
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            urllib.request.urlopen(source.url, timeout=_TIMEOUT_S) as response,
            partial.open("xb") as file,
        ):
            digest, done = hashlib.sha256(), 0
            # Asks for one byte too many, to notice a longer file without storing the rest.
            while block := response.read(min(_BLOCK_BYTES, limit + 1 - done)):
                digest.update(block)
                done += len(block)
                file.write(block)
                yield done
            file.flush()
            os.fsync(file.fileno())
        if problem := _problem(source, done, digest.hexdigest(), limit):
            raise DatasetError(paragraph(problem, t("It was not kept. Try again."), source.instead))
        partial.replace(target)
    except (OSError, http.client.HTTPException) as error:
        problem = t(
            "There is no {what} on this machine, and it could not be downloaded from {url} into "
            "the cache of Keras ({reason}). Check the connection and try again.",
            what=source.what,
            url=source.url,
            reason=reason(error),
        )
        raise DatasetError(paragraph(problem, source.instead)) from error
    finally:
        with suppress(OSError):  # the first error is the one to report
            partial.unlink(missing_ok=True)


def _problem(source: Source, done: int, sha256: str, limit: int) -> Text | None:
    if done < source.size_bytes:
        return t(
            "{url} broke off after {done:,} of {size:,} bytes.",
            url=source.url,
            done=done,
            size=source.size_bytes,
        )
    if done > limit:
        return t(
            "{url} is larger than the {limit:,} bytes of the published file.",
            url=source.url,
            limit=limit,
        )
    if sha256 != source.sha256:
        return t("{url} is not the published file (its SHA-256 differs).", url=source.url)
    return None
