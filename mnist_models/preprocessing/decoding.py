"""What a browser sent → pixels: the canvas's PNG, or a picture that a visitor uploads.

The bytes are not trusted. Sizes are read from the header and checked before anything is decoded,
and what decoding takes stays below 50 MB however large, damaged or forged the picture is.
"""

import io
import struct
from contextlib import suppress

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from mnist_models.errors import ExpectedError
from mnist_models.pictures import Grey
from mnist_models.text import t

LONGER_SIDE = 1024  # pixels: larger pictures are shrunk to at most that, nothing needs them finer
MAX_BYTES = 20_000_000
MAX_PIXELS = 4096 * 4096
MAX_DECODED = 40_000_000  # bytes: a PNG of 3840 × 2160 pixels, a progressive JPEG of 12 million
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# A WebP's decoder keeps four canvases of 4 bytes per pixel; Pillow pads RGB and LA to 4 bytes.
_WEBP_PIXEL = 16
_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2}
_COEFFICIENT = 2  # bytes: all of a JPEG's are kept if it comes in several scans
_STRIP = 16  # rows of the result that are converted at a time
_START_OF_SCAN = 0xDA  # the JPEG marker
_IHDR = struct.Struct(">8sI4sIIB")

# Compressed comments: Pillow would unpack 64 MB of them.
PngImagePlugin.MAX_TEXT_MEMORY = 1_000_000


class UnreadablePicture(ExpectedError, ValueError):  # noqa: N818 - the name says what the bytes are
    """The bytes are not a picture of an acceptable kind and size; the message says why."""


def read_picture(data: bytes) -> Grey:
    """Decode an uploaded PNG, JPEG, WebP or BMP into (H, W, 4) uint8 RGBA.

    The first frame of an animation, turned upright as its EXIF says. A picture whose longer side
    exceeds LONGER_SIDE is shrunk by a whole factor. Colour JPEGs come back grey: only their luma is
    decoded, and that no larger than needed.

    Raises UnreadablePicture for anything else, for more than MAX_BYTES or MAX_PIXELS, and for a
    picture whose decoding would take more than MAX_DECODED.
    """
    if not data:
        raise UnreadablePicture(t("The file is empty: choose another one."))
    if len(data) > MAX_BYTES:
        raise UnreadablePicture(
            t(
                "The file has {size:.0f} MB, and at most {limit:.0f} MB are read: save a smaller "
                "picture.",
                size=len(data) / 1e6,
                limit=MAX_BYTES / 1e6,
            )
        )
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "BMP")) as image:
            _check_pixels(image)
            coefficients = _coefficients(image, data)
            _draft(image)
            _check_memory(image, coefficients)
            return np.array(_upright(_shrunk(image), image))
    except UnreadablePicture:
        raise
    except UnidentifiedImageError as error:
        raise UnreadablePicture(
            t("The file is not a PNG, JPEG, WebP or BMP picture: save it as one of these.")
        ) from error
    except Image.DecompressionBombError as error:
        raise UnreadablePicture(
            t(
                "The picture is too large: at most {limit:.1f} million pixels are read, so save "
                "a smaller one.",
                limit=MAX_PIXELS / 1e6,
            )
        ) from error
    except Exception as error:  # Pillow raises half a dozen types for a damaged file
        raise UnreadablePicture(
            t("The picture is damaged or cut short: choose another one, or save it again.")
        ) from error


def _check_pixels(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise UnreadablePicture(
            t(
                "The picture has {width} × {height} pixels, and at most {limit:.1f} million are "
                "read: save a smaller one.",
                width=width,
                height=height,
                limit=MAX_PIXELS / 1e6,
            )
        )


def _draft(image: Image.Image) -> None:
    """Have a JPEG decoded as luma, at the smallest of 1, 1/2, 1/4, 1/8 that is fine enough."""
    factor = max(1, max(image.size) // LONGER_SIDE)
    image.draft("L", (max(1, image.width // factor), max(1, image.height // factor)))


def _check_memory(image: Image.Image, coefficients: int) -> None:
    width, height = image.size
    per_pixel = _WEBP_PIXEL if image.format == "WEBP" else _PIXEL.get(image.mode, 4)
    if width * height * per_pixel + coefficients > MAX_DECODED:
        raise UnreadablePicture(
            t(
                "A {format} of {width} × {height} pixels takes too much memory: save it smaller, "
                "or as an ordinary JPEG.",
                format=image.format,
                width=width,
                height=height,
            )
        )


def _coefficients(image: Image.Image, data: bytes) -> int:
    """Bytes that the coefficients of a JPEG in several scans take until it is decoded; else 0."""
    if not isinstance(image, JpegImageFile):
        return 0
    if "progressive" not in image.info and _first_scan(data) == len(image.layer):
        return 0
    blocks = [down * across for _, down, across, _ in image.layer]
    full = max(layer[1] for layer in image.layer) * max(layer[2] for layer in image.layer)
    return _COEFFICIENT * image.width * image.height * sum(blocks) // full


def _first_scan(data: bytes) -> int:
    """How many colour components the first scan of a JPEG holds, 0 if it is not where it should."""
    place = 2
    while data[place : place + 1] == b"\xff" and place + 4 < len(data):
        if data[place + 1] == _START_OF_SCAN:
            return data[place + 4]
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return 0


def _shrunk(image: Image.Image) -> Image.Image:
    """RGBA, shrunk to LONGER_SIDE; strip by strip, so that no second large picture is made."""
    factor = -(-max(image.size) // LONGER_SIDE)
    width, height = (-(-side // factor) for side in image.size)
    small = Image.new("RGBA", (width, height))
    for top in range(0, height, _STRIP):
        bottom = min((top + _STRIP) * factor, image.height)
        strip = image.crop((0, top * factor, image.width, bottom))
        small.paste(_rgba(strip).reduce(factor), (0, top))
    return small


def _rgba(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):  # Pillow would clip it to white
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image.convert("RGBA")


def _upright(small: Image.Image, image: Image.Image) -> Image.Image:
    """The shrunk picture, turned as the EXIF of the one that it was made of says."""
    with suppress(Exception):  # damaged EXIF is no reason not to read the picture
        small.info["exif"] = image.getexif().tobytes()
        return ImageOps.exif_transpose(small)
    return small


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
            _check_size(*image.size, max_pixels)  # a second header would replace the first
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
    _check_size(width, height, max_pixels)


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if not 0 < width * height <= max_pixels:
        raise UnreadablePicture(
            t(
                "The picture says it has {width} × {height} pixels, and 1 to {limit} are read.",
                width=width,
                height=height,
                limit=max_pixels,
            )
        )
