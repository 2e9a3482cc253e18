"""A canvas or a picture → the 28 × 28 image that MNIST would have made of it.

MNIST's authors fitted each digit into a 20 × 20 box, aspect ratio kept, and placed it so that its
centre of mass is the centre of a 28 × 28 field (http://yann.lecun.com/exdb/mnist). `to_mnist` takes
the same steps, one function each.
"""

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.uint8]
Ink = NDArray[np.floating]  # 0 where there is none

SIDE = 28
BOX = 20
CENTRE = 14  # where MNIST's centres of mass are: 13.99 and 14.01 on its test set
# Pure yellow on white and pure blue on black stand 29 grey levels apart and are ink; a camera's
# noise on an empty page (standard deviation up to 4) stays within 20.
MIN_CONTRAST = 24
NOISE = 0.1  # of the strongest ink
MAX_PIXELS = 4096 * 4096

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_IHDR = struct.Struct(">8sI4sIIB")


class BlankDrawing(ValueError):  # noqa: N818 - the name says what the picture is
    """The picture has no ink: it is empty, all one colour, or its contrast is mere noise."""


class UnreadablePicture(ValueError):  # noqa: N818 - as above
    """The bytes are not a PNG picture of an acceptable size."""


def to_mnist(picture: NDArray[np.uint8]) -> Grey:
    """Turn a drawing into the picture MNIST would have made of it.

    picture: (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA, uint8; light ink on dark or dark on
    light; the background may be transparent. Returns (28, 28) uint8, light ink on black, whose
    brightest pixel is 255.

    Raises BlankDrawing for a picture without ink, TypeError for anything but a uint8 array, and
    ValueError for another shape or for more than MAX_PIXELS pixels.
    """
    _check(picture)
    ink = _drop_noise(_ink(_grey(picture)))
    return _centre(_fit(_crop(ink)))


def decode_png(data: bytes, *, max_bytes: int = 2_000_000, max_pixels: int = 1_000_000) -> Grey:
    """Decode what a browser's canvas sent, a PNG, into (H, W, 4) uint8 RGBA.

    Raises UnreadablePicture; length and header are checked before anything is decoded.
    """
    if len(data) > max_bytes:
        raise UnreadablePicture(f"The picture has {len(data)} bytes; at most {max_bytes} are read.")
    _check_header(data, max_pixels)
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            _check_size(*image.size, max_pixels)  # a second header would replace the first
            return np.array(image.convert("RGBA"))
    except UnreadablePicture:
        raise
    except Exception as error:  # Pillow raises half a dozen types for a damaged file
        raise UnreadablePicture("The PNG picture is damaged or cut short.") from error


def _check_header(data: bytes, max_pixels: int) -> None:
    if len(data) < _IHDR.size:
        raise UnreadablePicture("The picture is cut short: it has no complete PNG header.")
    signature, length, kind, width, height, bits = _IHDR.unpack_from(data)
    if signature != PNG_SIGNATURE or kind != b"IHDR" or length != 13:
        raise UnreadablePicture("The picture is not a PNG.")
    if bits > 8:  # Pillow would clip grey ones to white
        raise UnreadablePicture(f"The PNG has {bits} bits per channel; at most 8 are read.")
    _check_size(width, height, max_pixels)


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if not 0 < width * height <= max_pixels:
        raise UnreadablePicture(
            f"The picture says it is {width} × {height} pixels; 1 to {max_pixels} pixels are read."
        )


def _check(picture: NDArray[np.uint8]) -> None:
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8:
        found = picture.dtype if isinstance(picture, np.ndarray) else type(picture).__name__
        raise TypeError(f"A picture is a NumPy array of uint8, not {found}.")
    if picture.ndim not in (2, 3) or (picture.ndim == 3 and picture.shape[2] not in (3, 4)):
        raise ValueError(
            f"A picture has shape (H, W), (H, W, 3) or (H, W, 4), not {picture.shape}."
        )
    height, width = picture.shape[:2]
    if height * width > MAX_PIXELS:
        raise ValueError(f"A picture has at most {MAX_PIXELS} pixels, not {height} × {width}.")
    if height * width == 0:
        raise BlankDrawing("The picture is empty: it has no pixels.")


def _grey(picture: NDArray[np.uint8]) -> Grey:
    """ITU-R 601 luma, laid on black or white, whichever the visible ink stands out from."""
    if picture.ndim == 2:
        return picture
    luma = np.asarray(Image.fromarray(np.ascontiguousarray(picture[..., :3])).convert("L"))
    if picture.shape[2] == 3:
        return luma
    alpha = picture[..., 3].astype(np.uint32)
    visible = luma * alpha
    backdrop = 255 if visible.sum() < 127.5 * alpha.sum() else 0
    return ((visible + backdrop * (255 - alpha) + 127) // 255).astype(np.uint8)


def _ink(grey: Grey) -> Ink:
    """Distance from the background, on the side of it where the strongest ink is."""
    border = np.concatenate((grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]))
    background = np.float32(np.median(border))  # so ink may touch up to half of the border
    # At equal strength the ink is what there is less of.
    lighter = grey.max() - background, np.count_nonzero(grey < background)
    darker = background - grey.min(), np.count_nonzero(grey > background)
    ink = grey - background if lighter > darker else background - grey
    return np.maximum(ink, 0)


def _drop_noise(ink: Ink) -> Ink:
    strongest = ink.max()
    if strongest < MIN_CONTRAST:
        raise BlankDrawing("The picture has no ink: nothing stands out from its background.")
    return ink * (ink >= NOISE * strongest)


def _crop(ink: Ink) -> Ink:
    rows = np.flatnonzero(ink.any(axis=1))
    columns = np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fit(ink: Ink) -> Ink:
    """Scale so that the longer side is BOX pixels; the thinnest line stays one pixel wide."""
    longer = max(ink.shape)
    rows, columns = (_averaging(side, max(1, round(side * BOX / longer))) for side in ink.shape)
    return rows @ ink @ columns.T


def _averaging(size: int, target: int) -> Ink:
    """(target, size): each of the target pixels is the mean of what it covers of the size pixels.

    Pillow's BOX takes whole pixels only, which tears small drawings; its other filters blur:
    MNIST pictures enlarged tenfold come back 0.5 grey levels off this way, 2.3 to 4.5 with those.
    """
    edges = np.linspace(0, size, target + 1)[:, np.newaxis]
    pixels = np.arange(size)
    covered = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    return np.maximum(covered, 0) * (target / size)


def _centre(ink: Ink) -> Grey:
    """Place the ink by whole pixels, its centre of mass on CENTRE or as near as it fits."""
    height, width = ink.shape
    top, left = _start(ink.sum(axis=1)), _start(ink.sum(axis=0))
    image = np.zeros((SIDE, SIDE), dtype=np.uint8)
    image[top : top + height, left : left + width] = np.rint(ink * (255 / ink.max()))
    return image


def _start(mass: Ink) -> int:
    centre = float(mass @ np.arange(mass.size) / mass.sum())
    # Rounded first: a symmetric drawing is a tie, which the last bit of a float must not decide.
    start = round(CENTRE - round(centre, 6))
    return min(max(start, 0), SIDE - mass.size)
