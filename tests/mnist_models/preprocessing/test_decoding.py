"""Bytes that a browser sent become pixels, or one clear sentence, in little memory."""

import binascii
import contextlib
import functools
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from mnist_models import to_mnist
from mnist_models.preprocessing import decoding
from mnist_models.preprocessing.decoding import decode_png, read_picture
from mnist_models.preprocessing.picture_files import PictureTooLarge, UnreadablePicture
from tests.helpers.cost import assert_cheap, measures_memory

Grey = NDArray[np.uint8]

untimed = settings(deadline=None)  # a busy machine is no failure
MEMORY = 60_000_000  # bytes that reading any picture may add,
MEMORY_WHOLE = 150_000_000  # and one that can only be decoded whole

SECONDS = 2  # of the processor


def seven(shape: tuple[int, int] = (280, 280)) -> Grey:
    """Dark on light, as on paper; upright only one way round."""
    picture = np.full((280, 280), 255, dtype=np.uint8)
    picture[40:60, 90:190] = 0
    picture[40:210, 170:190] = 0
    return np.asarray(Image.fromarray(picture).resize(shape[::-1]))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png(picture: Grey) -> bytes:
    return saved(Image.fromarray(picture), "PNG")


def png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", binascii.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png_header(
    width: int, height: int, bits: int = 8, colour: int = 6, interlaced: int = 0
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)


def forged_png(width: int, height: int, *, colour: int = 6, interlaced: int = 0) -> bytes:
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(100_000)))
    return png_header(width, height, 8, colour, interlaced) + pixels + png_chunk(b"IEND", b"")


def coloured(width: int, height: int) -> Image.Image:
    return Image.fromarray(seven((height, width))).convert("RGB")


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def palette_with_transparency() -> bytes:
    image = Image.fromarray((seven() > 0).astype(np.uint8)).convert("P")
    image.putpalette([0, 0, 0, 0, 0, 0])  # the background is black too, but transparent
    return saved(image, "PNG", transparency=1)


def animated(kind: str, side: int = 280) -> bytes:
    second = Image.new("RGB", (side, side), "white")
    return saved(coloured(side, side), kind, save_all=True, append_images=[second], lossless=True)


def wide_png(width: int, height: int) -> bytes:
    """RGBA of 16 bits, whose rows take the most memory."""
    pixels = zlib.compress((b"\0" + bytes(width * 8)) * height, 1)
    return png_header(width, height, 16) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")


def heic(width: int, height: int) -> bytes:
    from pillow_heif import from_pillow

    file = io.BytesIO()
    from_pillow(coloured(width, height)).save(file, quality=50, enc_params={"preset": "ultrafast"})
    return file.getvalue()


def transparent(width: int, height: int) -> bytes:
    return saved(coloured(width, height).convert("RGBA"), "PNG", compress_level=1)


def scanned(times: int) -> bytes:
    """A grey progressive JPEG whose last scan comes more often than it should."""
    whole = saved(Image.new("L", (4096, 4096), 200), "JPEG", progressive=True)
    return whole[:-2] + whole[whole.rindex(b"\xff\xda") : -2] * times + whole[-2:]


def tiff(
    bands: int, side: int, rows: int = 1, *, planar: bool = False, tiled: bool = False
) -> bytes:
    """A TIFF of 8 bits whose pixels, all 0, take hardly any bytes; bands of RGB and more.

    rows: of a strip, or of a tile as wide as the picture; they divide the side.
    """
    strip = zlib.compress(bytes(side * rows * (1 if planar else bands)), 1)
    strips = side // rows * (bands if planar else 1)
    end = 8 + len(strip)
    places, sizes = (struct.pack(f"<{strips}I", *[n] * strips) for n in (8, len(strip)))
    bits = struct.pack(f"<{bands}H", *[8] * bands)
    where = {273: end, 279: end + len(places), 258: end + 2 * len(places)}
    if strips == 1:
        where |= {273: 8, 279: len(strip)}
    tags = {
        **{256: (4, 1, side), 257: (4, 1, side), 258: (3, bands, where[258]), 259: (3, 1, 8)},
        **{262: (3, 1, 2), 273: (4, strips, where[273]), 277: (3, 1, bands), 278: (4, 1, rows)},
        **{279: (4, strips, where[279]), 284: (3, 1, 2 if planar else 1)},
    }
    if tiled:
        tags |= {322: (4, 1, side), 323: (4, 1, rows), 324: tags.pop(273), 325: tags.pop(279)}
    tags = dict(sorted(tags.items()))
    entries = b"".join(struct.pack("<HHII", tag, *values) for tag, values in tags.items())
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    start = end + 2 * len(places) + len(bits)
    return b"II*\0" + struct.pack("<I", start) + strip + places + sizes + bits + directory


def more_channels(mode: str) -> bytes:
    """A TIFF of grey (b-w) or colour (srgb) that is opaque and has two channels more."""
    import pyvips

    colour = np.asarray(coloured(280, 280))[..., : 1 if mode == "b-w" else 3]
    channels = np.dstack([colour, np.full((280, 280, 1), 255, np.uint8), colour[..., :1] // 2])
    image = pyvips.Image.new_from_array(np.ascontiguousarray(channels))
    return image.copy(interpretation=mode).tiffsave_buffer()


def with_profile(**options: object) -> bytes:
    """A WebP of the largest size whose profile of colours stands before its pixels."""
    return saved(coloured(4096, 4096), "WEBP", method=0, icc_profile=bytes(3_000), **options)


def sixteen_bits() -> bytes:
    return saved(Image.fromarray(seven().astype(np.uint16) * 257), "PNG")


def bmp_header(width: int, height: int) -> bytes:
    sizes = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + sizes


READABLE: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: png(seven()),
    "RGBA PNG": lambda: saved(coloured(280, 280).convert("RGBA"), "PNG"),
    "JPEG": lambda: saved(coloured(280, 280), "JPEG", quality=95),
    "grey JPEG": lambda: saved(Image.fromarray(seven()), "JPEG", quality=95),
    "WebP": lambda: saved(coloured(280, 280), "WEBP", lossless=True),
    "BMP": lambda: saved(coloured(280, 280), "BMP"),
    "CMYK JPEG": lambda: saved(coloured(280, 280).convert("CMYK"), "JPEG", quality=95),
    "16-bit PNG": sixteen_bits,
    "1-bit PNG": lambda: saved(Image.fromarray(seven()).convert("1"), "PNG"),
    "palette with transparency": palette_with_transparency,
    "animated PNG": lambda: animated("PNG"),
    "animated WebP": lambda: animated("WEBP"),
    "GIF": lambda: saved(coloured(280, 280), "GIF"),
    "TIFF": lambda: saved(coloured(280, 280), "TIFF", compression="tiff_lzw"),
    "two pages of TIFF": lambda: saved(
        coloured(280, 280), "TIFF", save_all=True, append_images=[Image.new("RGB", (280, 280))]
    ),
    "colour and two more channels": lambda: more_channels("srgb"),
    "grey and two more channels": lambda: more_channels("b-w"),
    "AVIF": lambda: saved(coloured(280, 280), "AVIF", speed=10),
    "HEIC": lambda: heic(280, 280),
}
LARGE: dict[str, Callable[[], bytes]] = {
    "phone photo": lambda: saved(coloured(4032, 3024), "JPEG"),
    "photo of 108 megapixels": lambda: saved(coloured(12_000, 9_000), "JPEG"),
    "largest photo of an iPhone": lambda: heic(5712, 4284),
    "progressive photo": lambda: saved(coloured(4000, 4000), "JPEG", progressive=True),
    "panorama": lambda: saved(coloured(20_000, 2_000), "JPEG"),
    "screenshot": lambda: saved(coloured(3840, 2160), "PNG"),
    "grey scan at the limit": lambda: png(seven((4096, 4096))),
    "PNG at the limit": lambda: transparent(4096, 4096),
    "WebP at the limit": lambda: saved(coloured(4096, 4096), "WEBP", method=0),
    "WebP with a profile": with_profile,
    "TIFF at the limit": lambda: saved(
        coloured(4096, 4096), "TIFF", compression="tiff_lzw", strip_size=10**9
    ),
    "large WebP without loss": lambda: saved(
        coloured(3400, 3400), "WEBP", lossless=True, quality=0, method=0
    ),
    "large GIF": lambda: saved(coloured(3100, 3100), "GIF"),
    "large BMP": lambda: saved(coloured(3200, 3200), "BMP"),
    "AVIF at the limit": lambda: saved(coloured(4032, 3024), "AVIF", speed=10),
    "compressed comments": lambda: (
        png(seven())[:33]
        + png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000))) * 60
        + png(seven())[33:]
    ),
    "600,000 comments": lambda: (
        png(seven())[:33] + png_chunk(b"tEXt", b"a\0b") * 600_000 + png(seven())[33:]
    ),
    "1.9 million empty segments": lambda: (
        (jpeg := READABLE["JPEG"]())[:2] + b"\xff\xe0\0\2" * 1_900_000 + jpeg[2:]
    ),
}
WHOLE = {name for name in LARGE if "AVIF" in name or "iPhone" in name}
OTHERS: dict[str, Callable[[], bytes]] = {
    "as wide as it may be": lambda: wide_png(9_000, 1_860),
    "one colour": lambda: saved(Image.new("RGB", (3840, 2160), "red"), "PNG"),
    "EXIF-rotated": lambda: saved(coloured(4032, 3024), "JPEG", exif=exif(6)),
}
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "no bytes": (lambda: b"", "empty"),
    "renamed text": (lambda: b"Dear reader,\n" * 1000, "save it as PNG or JPEG"),
    "a PDF": (lambda: b"%PDF-1.7\n%" + bytes(9_000), "PDF"),
    "a video": (lambda: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(999), "not a picture"),
    "cut short PNG": (lambda: png(seven())[:-40], "damaged or cut short"),
    "cut short JPEG": (lambda: saved(coloured(2000, 2000), "JPEG")[:9000], "damaged or cut short"),
    "cut short WebP": (lambda: READABLE["WebP"]()[:-9], "damaged or cut short"),
    "cut short GIF": (lambda: READABLE["GIF"]()[:200], "damaged or cut short"),
    "cut short TIFF": (lambda: READABLE["TIFF"]()[:200], "damaged or cut short"),
    "cut short BMP": (lambda: READABLE["BMP"]()[:-9], "damaged or cut short"),
    "cut short AVIF": (lambda: READABLE["AVIF"]()[:-99], "damaged or cut short"),
    "cut short HEIC": (lambda: READABLE["HEIC"]()[:-99], "damaged or cut short"),
    "300 channels": (lambda: tiff(300, 4096), "300 channels: save it with three"),
    "forged size": (lambda: forged_png(3_000, 3_000), "damaged or cut short"),
    "forged grey size": (lambda: forged_png(4_096, 4_096, colour=0), "damaged or cut short"),
    "forged BMP": (lambda: bmp_header(3_000, 3_000) + bytes(99), "damaged or cut short"),
}
TOO_LARGE: dict[str, tuple[Callable[[], bytes], str]] = {
    "too many bytes": (lambda: bytes(32_000_001), "32 MB"),
    "20,000 × 20,000 PNG": (lambda: forged_png(20_000, 20_000), "17 million"),
    "20,000 × 20,000 BMP": (lambda: bmp_header(20_000, 20_000), "17 million"),
    "4,097 × 4,096": (lambda: forged_png(4_097, 4_096, colour=0), "17 million"),
    "one row": (lambda: forged_png(16_777_216, 1), "9,000 are read in a row"),
    "interlaced": (lambda: forged_png(4_096, 4_096, interlaced=1), "12 million"),
    "WebP without loss": (
        lambda: saved(coloured(4096, 4096), "WEBP", lossless=True, quality=0, method=0),
        "12 million",
    ),
    "WebP without loss and with a profile": (
        lambda: with_profile(lossless=True, quality=0),
        "12 million",
    ),
    "TIFF in one tile": (lambda: tiff(3, 4096, 4096, tiled=True), "9 million"),
    "TIFF in high tiles": (lambda: tiff(4, 4096, 2048, tiled=True), "7 million"),
    "TIFF of separate colours": (lambda: tiff(3, 4096, 4096, planar=True), "9 million"),
    "large animated WebP": (lambda: animated("WEBP", 2000), "3 million"),
    "GIF as large as a photo": (lambda: saved(coloured(4032, 3024), "GIF"), "10 million"),
    "BMP as large as a photo": (lambda: bmp_header(4_032, 4_032), "12 million"),
    "progressive in full colour": (
        lambda: saved(coloured(4032, 3024), "JPEG", progressive=True, subsampling=0),
        "8 million",
    ),
    "scanned 1,000 times": (lambda: scanned(1_000), "1,006 passes takes too long"),
}
ALL_REFUSED = REFUSED | TOO_LARGE
MADE_OF = READABLE | LARGE | OTHERS | {name: make for name, (make, _) in ALL_REFUSED.items()}


@functools.cache
def made(name: str) -> bytes:
    """A picture by its name, made once: the largest take a second."""
    return MADE_OF[name]()


KINDS = ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "AVIF", "HEIC"]


@functools.cache
def small(kind: str) -> bytes:
    return heic(24, 24) if kind == "HEIC" else saved(coloured(24, 24), kind)


def is_the_seven(picture: Grey) -> bool:
    return bool(np.abs(to_mnist(picture).astype(int) - to_mnist(seven())).mean() < 8)


# What a camera has done to the upright picture before it stored it, by EXIF's orientation.
STORED_BY = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


class TestUploads:
    @pytest.mark.parametrize("name", [*READABLE, *LARGE])
    def test_pictures_are_read_as_they_look(self, name: str):
        picture = read_picture(made(name))
        assert picture.dtype == np.uint8
        assert picture.shape[2] == 4
        assert max(picture.shape) <= decoding.LONGER_SIDE
        on_white = picture[..., 0].astype(int) * picture[..., 3] // 255 + 255 - picture[..., 3]
        height, width = on_white.shape
        wanted = seven((height, width)).astype(int)
        assert np.abs(on_white - wanted).mean() < 6

    @pytest.mark.parametrize("name", ALL_REFUSED)
    def test_what_cannot_be_read_is_refused_in_one_sentence(self, name: str):
        _, message = ALL_REFUSED[name]
        with pytest.raises(UnreadablePicture, match=message) as caught:
            read_picture(made(name))
        assert str(caught.value).endswith(".")
        assert "\n" not in str(caught.value)
        assert isinstance(caught.value, PictureTooLarge) == (name in TOO_LARGE)

    def test_one_colour_is_read_and_left_to_the_drawing_to_refuse(self):
        picture = read_picture(saved(Image.new("RGB", (300, 200), "red"), "PNG"))
        assert picture.shape == (200, 300, 4)
        assert np.unique(picture.reshape(-1, 4), axis=0).tolist() == [[255, 0, 0, 255]]

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
    def test_a_rotated_photo_stands_upright(self, kind: str, orientation: int):
        turn = STORED_BY[orientation]
        stored = coloured(280, 200)
        stored = stored if turn is None else stored.transpose(turn)
        picture = read_picture(saved(stored, kind, exif=exif(orientation)))
        assert np.abs(picture[..., 0].astype(int) - seven((200, 280))).mean() < 6

    def test_damaged_exif_is_no_reason_not_to_read(self):
        data = saved(coloured(280, 280), "JPEG", exif=b"Exif\0\0XX*\0\xff\xff\xff\xff")
        assert is_the_seven(read_picture(data))

    @untimed
    @given(st.data())
    def test_damage_anywhere_raises_nothing_undocumented(self, data: st.DataObject):
        damaged = bytearray(small(data.draw(st.sampled_from(KINDS))))
        del damaged[data.draw(st.integers(0, len(damaged))) :]
        for place in data.draw(st.lists(st.integers(0, max(len(damaged) - 1, 0)), max_size=4)):
            if damaged:
                damaged[place] = data.draw(st.integers(0, 255))
        with contextlib.suppress(UnreadablePicture):
            assert read_picture(bytes(damaged)).shape[2] == 4


READ_PICTURE = """
    from mnist_models.preprocessing.decoding import read_picture
    data, warm = (file.read_bytes() for file in files)
    read_picture(warm)
"""


@measures_memory
class TestCost:
    @pytest.mark.parametrize("name", MADE_OF)
    def test_no_picture_takes_more_memory_or_time_than_it_may(self, name: str, tmp_path: Path):
        file, warm = tmp_path / "picture", tmp_path / "warm"
        file.write_bytes(made(name))
        warm.write_bytes(made("PNG"))
        memory = MEMORY_WHOLE if name in WHOLE else MEMORY
        assert_cheap(READ_PICTURE, "read_picture(data)", file, warm, memory=memory, seconds=SECONDS)


class TestPng:
    def test_what_a_canvas_sends_comes_back_as_rgba(self):
        picture = np.random.default_rng(0).integers(0, 256, (30, 40, 4), dtype=np.uint8)
        assert np.array_equal(decode_png(png(picture)), picture)

    def test_grey_and_rgb_become_rgba(self):
        grey = seven()
        assert np.array_equal(decode_png(png(grey))[..., 1], grey)
        assert decode_png(png(np.stack([grey] * 3, axis=2))).shape == (280, 280, 4)

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "cut short"),
            (b"\x89PNG\r\n\x1a\n", "cut short"),
            (b"GIF89a" + bytes(100), "not a PNG"),
            (b"\x89PNG\r\n\x1a\n" + bytes(100), "not a PNG"),
            (png_header(30_000, 30_000), "30000 × 30000"),
            (png_header(2**32 - 1, 2**32 - 1), "4294967295"),
            (png_header(0, 10), "0 × 10"),
            (png_header(10, 10, bits=16), "16 bits"),
            (bytes(2_000_001), "2000001 bytes"),
        ],
    )
    def test_a_bad_payload_is_refused_before_decoding(
        self, data: bytes, message: str, monkeypatch: pytest.MonkeyPatch
    ):
        def decode(*_: object, **__: object) -> None:
            pytest.fail("decoding began")

        monkeypatch.setattr(decoding.Image, "open", decode)
        with pytest.raises(UnreadablePicture, match=message):
            decode_png(data)

    def test_a_limit_given_by_the_caller_holds(self):
        data = png(seven())
        with pytest.raises(UnreadablePicture, match="280 × 280"):
            decode_png(data, max_pixels=280 * 280 - 1)
        with pytest.raises(UnreadablePicture, match="bytes"):
            decode_png(data, max_bytes=len(data) - 1)
        assert decode_png(data, max_pixels=280 * 280, max_bytes=len(data)).shape == (280, 280, 4)

    def test_a_second_header_does_not_smuggle_in_a_larger_picture(self):
        small = png(seven())
        huge = png_header(5_000, 5_000)[8:]
        with pytest.raises(UnreadablePicture, match="5000 × 5000"):
            decode_png(small[:33] + huge + small[33:])

    def test_an_empty_second_header_is_damage(self):
        small = png(seven())
        empty = struct.pack(">I", 0) + b"IHDR" + struct.pack(">I", binascii.crc32(b"IHDR"))
        with pytest.raises(UnreadablePicture, match="damaged"):
            decode_png(small[:33] + empty + small[33:])

    def test_pixels_that_do_not_decompress_are_named_as_damage(self):
        body = b"IDAT" + zlib.compress(b"too few")
        data = (
            png_header(280, 280)
            + struct.pack(">I", len(body) - 4)
            + body
            + struct.pack(">I", binascii.crc32(body))
        )
        with pytest.raises(UnreadablePicture, match="damaged"):
            decode_png(data)

    @untimed
    @given(st.data())
    def test_damage_anywhere_raises_nothing_undocumented(self, data: st.DataObject):
        whole = png(np.random.default_rng(0).integers(0, 256, (9, 9, 4), dtype=np.uint8))
        damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
        for place in data.draw(st.lists(st.integers(0, max(len(damaged) - 1, 0)), max_size=3)):
            if damaged:
                damaged[place] = data.draw(st.integers(0, 255))
        with contextlib.suppress(UnreadablePicture):
            assert decode_png(bytes(damaged)).shape[2] == 4
