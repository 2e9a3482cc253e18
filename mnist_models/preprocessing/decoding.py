"""What a browser sent → pixels: the canvas's PNG, or a picture that a visitor uploads.

The bytes are not trusted. Sizes are read from the header and checked before anything is decoded,
and what decoding takes stays below 60 MB (150 for HEIC and AVIF) and two seconds, however large,
damaged or forged the picture is. libvips decodes row by row, or at a smaller size, what can be
decoded so. It is imported when the first picture comes: no drawing waits for it.
"""

import io
import os
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from mnist_models.pictures import Grey
from mnist_models.preprocessing.picture_files import (
    PNG_SIGNATURE,
    Kind,
    PictureTooLarge,
    UnreadablePicture,
    is_lossless,
    kind_of,
    planar_rows,
)
from mnist_models.text import t

if TYPE_CHECKING:
    import pyvips

LONGER_SIDE = 1024  # pixels: larger pictures are shrunk to at most that, nothing needs them finer
MAX_PIXELS = 4096 * 4096
MAX_SIDE = 9_000  # pixels, but of a JPEG: the buffers of rows are as wide as the picture
# A JPEG in one scan is decoded at an eighth of its size; the last two are decoded whole.
_MAX_PIXELS: dict[Kind, int] = {"jpeg": 109_000_000, "heic": 25_000_000, "avif": 12_600_000}
_MAX_KEPT = 48_500_000  # bytes that a decoder keeps until it has read the last row
_MAX_SCANNED = 250_000_000  # pixels times scans of a JPEG: about two seconds
_SCAN = b"\xff\xda"  # begins each of them
_CHROMA = {"4:2:0": 1.5, "4:2:2": 2, "4:4:0": 2}  # coefficients per pixel of a colour JPEG
_MAX_BANDS = 5  # four inks and transparency
_COLOURS = {"b-w": 1, "grey16": 1, "cmyk": 4}  # bands of a pixel's colour, in others 3
_ROWS = 1200  # of a TIFF that are on their way at a time, at most
_STRIP = 16  # rows of the result that are converted at a time
_IHDR = struct.Struct(">8sI4sIIB")
_decoding = threading.Lock()  # one at a time: what one takes is bounded, what fifty take is not


def read_picture(data: bytes) -> Grey:
    """Decode an uploaded picture into (H, W, 4) uint8 RGBA.

    JPEG, PNG, WebP, GIF, TIFF, BMP, HEIC or AVIF; of several pictures the first, turned upright as
    its EXIF says. A picture whose longer side exceeds LONGER_SIDE is shrunk to at most that.

    Raises UnreadablePicture for anything else, and PictureTooLarge, one of its kind, for what would
    take too much memory or time.
    """
    kind = kind_of(data)
    with _decoding:
        try:
            return _READERS.get(kind, _read_with_vips)(data, kind)
        except UnreadablePicture:
            raise
        except Image.DecompressionBombError as error:  # Pillow looks at the size before we can
            raise _too_many_pixels(kind) from error
        except Exception as error:  # decoders raise what they like for a damaged file
            raise UnreadablePicture(
                t("The picture is damaged or cut short: choose another one, or save it again.")
            ) from error


def _check_size(width: int, height: int, kind: Kind) -> None:
    if width * height > _limit(kind):
        raise _too_many_pixels(kind)
    if kind != "jpeg" and max(width, height) > MAX_SIDE:
        raise PictureTooLarge(
            t(
                "It is {width:,} × {height:,} pixels, and at most {side:,} are read in a row: save "
                "a smaller picture.",
                width=width,
                height=height,
                side=MAX_SIDE,
            )
        )


def _limit(kind: Kind) -> int:
    return _MAX_PIXELS.get(kind, MAX_PIXELS)


def _too_many_pixels(kind: Kind) -> PictureTooLarge:
    return PictureTooLarge(
        t(
            "At most {limit:.0f} million pixels are read of a {kind}: save a smaller picture, or "
            "an ordinary JPEG.",
            limit=_limit(kind) / 1e6,
            kind=kind.upper(),
        )
    )


def _check_kept(width: int, height: int, kind: Kind, per_pixel: float) -> None:
    """Refuse what cannot be decoded row by row and is too large to be kept whole."""
    if width * height * per_pixel > _MAX_KEPT:
        raise PictureTooLarge(
            t(
                "A {kind} of this sort with {width:,} × {height:,} pixels takes too much memory: "
                "at most {limit:.0f} million pixels are read. Save it smaller, or as an ordinary "
                "JPEG.",
                kind=kind.upper(),
                width=width,
                height=height,
                limit=_MAX_KEPT / per_pixel / 1e6,
            )
        )


def shrink_factor(width: int, height: int) -> int:
    """How many times as short the sides become, rounded up, so that none exceeds LONGER_SIDE."""
    return max(1, -(-max(width, height) // LONGER_SIDE))


def _read_with_vips(data: bytes, kind: Kind) -> Grey:
    os.environ.setdefault("VIPS_CONCURRENCY", "1")  # each of its threads keeps rows of its own
    import pyvips

    pyvips.cache_set_max(0)  # nothing of a visitor's is kept for the next
    load = partial(
        getattr(pyvips.Image, f"{kind}load_buffer"), data, access="sequential", fail_on="error"
    )
    image = load()
    width, height = image.width, image.height
    _check_size(width, height, kind)
    if image.bands > _MAX_BANDS:
        raise UnreadablePicture(
            t("It has {bands} channels: save it with three, as PNG or JPEG.", bands=image.bands)
        )
    _check_kept(width, height, kind, _kept_per_pixel(image, kind, data))
    factor = shrink_factor(width, height)
    if kind == "jpeg" and factor > 1:  # can be decoded at an eighth of its size
        image = load(shrink=next(eighths for eighths in (8, 4, 2) if eighths <= factor))
    elif kind == "webp" and factor > 1:  # and this at any
        image = load(scale=1 / factor)
    return _shrunk(image).autorot().numpy()


def _kept_per_pixel(image: "pyvips.Image", kind: Kind, data: bytes) -> float:
    """Bytes per pixel that a decoder keeps until the last row; 0 if it goes row by row."""
    fields = image.get_fields()
    if kind == "jpeg" and image.get("jpeg-multiscan"):
        scans = data.count(_SCAN)
        if image.width * image.height * scans > _MAX_SCANNED:
            raise PictureTooLarge(
                t(
                    "A JPEG of {width:,} × {height:,} pixels in {scans:,} passes takes too long "
                    "to read: save it as an ordinary JPEG, or smaller.",
                    width=image.width,
                    height=image.height,
                    scans=scans,
                )
            )
        return 2 * _CHROMA.get(image.get("jpeg-chroma-subsample"), image.bands)
    if kind == "png" and "interlaced" in fields:
        return _pixel_size(image)
    if kind == "webp" and "n-pages" in fields:
        return 16  # four canvases
    if kind == "webp" and is_lossless(data):
        return 4
    if kind == "tiff":
        return _kept_of_tiff(image, data)
    return 5 if kind == "gif" else 0


def _kept_of_tiff(image: "pyvips.Image", data: bytes) -> float:
    """Bytes per pixel: of the rows on their way, and of tiles, or of strips of one colour each."""
    tiled = "tile-height" in image.get_fields()
    together = image.get("tile-height") if tiled else planar_rows(data)
    rows = min(_ROWS, image.height) + min(3.5 * together, 1.5 * image.height)
    return _pixel_size(image) * rows / image.height


def _pixel_size(image: "pyvips.Image") -> int:
    return int(image.bands) * {"uchar": 1, "char": 1, "ushort": 2, "short": 2}.get(image.format, 4)


def _shrunk(image: "pyvips.Image") -> "pyvips.Image":
    """RGBA of 8 bits at most LONGER_SIDE wide and high, and no longer a plan but pixels."""
    factor = shrink_factor(image.width, image.height)
    if image.bands > (most := _COLOURS.get(image.interpretation, 3) + 1):
        image = image[:most]  # a TIFF may have channels beyond colour and transparency
    transparent = image.hasalpha()  # and has a colour too, which must not mix in
    image = image.premultiply() if transparent else image
    # Across first: what is then kept of it is less wide.
    image = image.shrinkh(factor, ceil=True).shrinkv(factor, ceil=True)
    image = image.unpremultiply() if transparent else image
    image = image.colourspace("srgb").cast("uchar")
    return (image if image.hasalpha() else image.addalpha()).copy_memory()


def _read_with_pillow(data: bytes, kind: Kind) -> Grey:
    with Image.open(io.BytesIO(data), formats=(kind.upper(),)) as image:
        _check_size(*image.size, kind)
        if kind == "bmp":
            _check_kept(*image.size, kind, 4)
        small = _shrunk_by_strips(
            *image.size, lambda top, end: image.crop((0, top, image.width, end))
        )
        return np.array(_upright(small, image))


def _read_heic(data: bytes, kind: Kind) -> Grey:
    import pi_heif

    image = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    width, height = image.size[:2]
    _check_size(width, height, kind)
    pixels = np.asarray(image)  # upright already
    return np.array(
        _shrunk_by_strips(width, height, lambda top, end: Image.fromarray(pixels[top:end]))
    )


def _shrunk_by_strips(
    width: int, height: int, rows: Callable[[int, int], Image.Image]
) -> Image.Image:
    """RGBA, shrunk to LONGER_SIDE; strip by strip, so that no second large picture is made."""
    factor = shrink_factor(width, height)
    small = Image.new("RGBA", (-(-width // factor), -(-height // factor)))
    for top in range(0, small.height, _STRIP):
        bottom = min((top + _STRIP) * factor, height)
        small.paste(rows(top * factor, bottom).convert("RGBA").reduce(factor), (0, top))
    return small


def _upright(small: Image.Image, image: Image.Image) -> Image.Image:
    """The shrunk picture, turned as the EXIF of the one that it was made of says."""
    with suppress(Exception):  # damaged EXIF is no reason not to read the picture
        small.info["exif"] = image.getexif().tobytes()
        return ImageOps.exif_transpose(small)
    return small


_READERS: dict[Kind, Callable[[bytes, Kind], Grey]] = {
    "bmp": _read_with_pillow,
    "avif": _read_with_pillow,
    "heic": _read_heic,
}


def decode_png(data: bytes, *, max_bytes: int = 2_000_000, max_pixels: int = 1_000_000) -> Grey:
    """Decode what a browser's canvas sent, a PNG, into (H, W, 4) uint8 RGBA.

    Raises UnreadablePicture; length and header are checked before anything is decoded.
    """
    if len(data) > max_bytes:
        raise UnreadablePicture(
            t(
                "The picture has {size} bytes, and at most {limit} are read.",
                size=len(data),
                limit=max_bytes,
            )
        )
    _check_header(data, max_pixels)
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            _check_claim(*image.size, max_pixels)  # a second header would replace the first
            return np.array(image.convert("RGBA"))
    except UnreadablePicture:
        raise
    except Exception as error:  # Pillow raises half a dozen types for a damaged file
        raise UnreadablePicture(t("The PNG picture is damaged or cut short.")) from error


def _check_header(data: bytes, max_pixels: int) -> None:
    if len(data) < _IHDR.size:
        raise UnreadablePicture(t("The picture is cut short: it has no complete PNG header."))
    signature, length, kind, width, height, bits = _IHDR.unpack_from(data)
    if signature != PNG_SIGNATURE or kind != b"IHDR" or length != 13:
        raise UnreadablePicture(t("The picture is not a PNG."))
    if bits > 8:  # Pillow would clip grey ones to white
        raise UnreadablePicture(
            t("The PNG has {bits} bits per channel, and at most 8 are read.", bits=bits)
        )
    _check_claim(width, height, max_pixels)


def _check_claim(width: int, height: int, max_pixels: int) -> None:
    if not 0 < width * height <= max_pixels:
        raise UnreadablePicture(
            t(
                "The picture says it has {width} × {height} pixels, and 1 to {limit} are read.",
                width=width,
                height=height,
                limit=max_pixels,
            )
        )
