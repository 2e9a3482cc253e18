"""Which kind of picture file this is, by its first bytes, and what is said of those not read."""

import struct
from typing import Literal

from mnist_models.errors import ExpectedError
from mnist_models.text import Text, t

Kind = Literal["jpeg", "png", "webp", "gif", "tiff", "bmp", "heic", "avif"]

MAX_BYTES = 32_000_000
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_AVIF = (b"avif", b"avis")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_WEBP_CHUNKS = 9  # as many as are looked at for the pixels
_PLANAR, _ROWS_PER_STRIP = 284, 278  # tags of TIFF


class UnreadablePicture(ExpectedError, ValueError):  # noqa: N818 - the name says what the bytes are
    """The bytes are not a picture of an acceptable kind and size; the message says why.

    Attributes:
        heading: a sentence in front of the message: what kind of fault it is.
    """

    heading: Text = t("This file cannot be read.")


class PictureTooLarge(UnreadablePicture):
    """Decoding the picture would take too much memory or time."""

    heading = t("This file is too large.")


def kind_of(data: bytes) -> Kind:
    """Which kind of picture file this is, by its first bytes.

    Raises UnreadablePicture for no bytes, for too many, and for any other kind of file.
    """
    if not data:
        raise UnreadablePicture(t("The file is empty: choose another one."))
    if len(data) > MAX_BYTES:
        raise PictureTooLarge(
            t(
                "It has {size:.0f} MB, and at most {limit:.0f} MB are read: save a smaller "
                "picture.",
                size=len(data) / 1e6,
                limit=MAX_BYTES / 1e6,
            )
        )
    if kind := _signature(data):
        return kind
    if b"%PDF-" in data[:1024]:
        raise UnreadablePicture(
            t("A PDF holds pages and not one picture: take a screenshot of the page instead.")
        )
    raise UnreadablePicture(
        t(
            "It is not a picture of a kind that is read here: save it as PNG or JPEG. WebP, GIF, "
            "TIFF, BMP, HEIC and AVIF are read too."
        )
    )


def _signature(data: bytes) -> Kind | None:
    starts: dict[Kind, tuple[bytes, ...]] = {
        "jpeg": (b"\xff\xd8\xff",),
        "png": (PNG_SIGNATURE,),
        "gif": (b"GIF87a", b"GIF89a"),
        "tiff": (b"II*\0", b"MM\0*"),
        "bmp": (b"BM",),
    }
    if kind := next((kind for kind, start in starts.items() if data.startswith(start)), None):
        return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] != b"ftyp":
        return None
    names = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
    brands = {names[at : at + 4] for at in range(0, len(names), 4)}
    return "avif" if brands & {*_AVIF} else "heic" if brands & {*_HEIC} else None


def is_lossless(webp: bytes) -> bool:
    """Whether a WebP was saved without loss, or may have been: its pixels come late."""
    at = 12
    for _ in range(_WEBP_CHUNKS):
        name, size = webp[at : at + 4], int.from_bytes(webp[at + 4 : at + 8], "little")
        if name in (b"VP8 ", b"VP8L"):
            return name == b"VP8L"
        at += 8 + size + size % 2
    return True


def planar_rows(tiff: bytes) -> int:
    """How many rows of one colour lie together in the first picture of a TIFF; 0 if no colour does.

    Raises struct.error if the file is cut short.
    """
    order = "<" if tiff.startswith(b"II") else ">"
    (at,) = struct.unpack_from(f"{order}I", tiff, 4)
    (tags,) = struct.unpack_from(f"{order}H", tiff, at)
    values = {_PLANAR: 1, _ROWS_PER_STRIP: 2**32 - 1}
    for entry in reversed(range(at + 2, at + 2 + 12 * tags, 12)):  # of two the first counts
        tag, kind = struct.unpack_from(f"{order}HH", tiff, entry)
        if tag in values:
            number = f"{order}H" if kind == 3 else f"{order}I"
            (values[tag],) = struct.unpack_from(number, tiff, entry + 8)
    return values[_ROWS_PER_STRIP] if values[_PLANAR] == 2 else 0
