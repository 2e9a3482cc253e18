"""Bytes that a browser sent become pixels, or one clear sentence, in little memory."""

import binascii
import contextlib
import io
import struct
import subprocess
import sys
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
from mnist_models.preprocessing.decoding import UnreadablePicture, decode_png, read_picture

Grey = NDArray[np.uint8]

untimed = settings(deadline=None)  # a busy machine is no failure
MEMORY = 50_000_000  # bytes that reading any picture may add


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


def png_header(width: int, height: int, bits: int = 8, colour: int = 6) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)


def forged_png(width: int, height: int, bits: int = 8, colour: int = 6) -> bytes:
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(100_000)))
    return png_header(width, height, bits, colour) + pixels + png_chunk(b"IEND", b"")


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


def animated(kind: str) -> bytes:
    second = Image.new("RGB", (280, 280), "white")
    return saved(coloured(280, 280), kind, save_all=True, append_images=[second], lossless=True)


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
    "phone photo": lambda: saved(coloured(4032, 4032 * 3 // 4).resize((4032, 3024)), "JPEG"),
    "progressive phone photo": lambda: saved(coloured(4032, 3024), "JPEG", progressive=True),
    "screenshot": lambda: saved(coloured(3840, 2160), "PNG"),
    "grey scan at the limit": lambda: png(seven((4096, 4096))),
    "large WebP": lambda: saved(coloured(1920, 1080), "WEBP"),
    "large BMP": lambda: saved(coloured(2500, 2500), "BMP"),
}
OTHERS: dict[str, Callable[[], bytes]] = {
    "one colour": lambda: saved(Image.new("RGB", (3840, 2160), "red"), "PNG"),
    "EXIF-rotated": lambda: saved(coloured(4032, 3024), "JPEG", exif=exif(6)),
}
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "no bytes": (lambda: b"", "empty"),
    "renamed text": (lambda: b"Dear reader,\n" * 1000, "not a PNG, JPEG, WebP or BMP"),
    "a GIF": (lambda: saved(coloured(9, 9), "GIF"), "not a PNG, JPEG, WebP or BMP"),
    "too many bytes": (lambda: bytes(20_000_001), "20 MB"),
    "20,000 × 20,000 PNG": (lambda: forged_png(20_000, 20_000), "too large"),
    "20,000 × 20,000 BMP": (lambda: bmp_header(20_000, 20_000), "too large"),
    "4,097 × 4,096": (lambda: forged_png(4_097, 4_096, colour=0), "4097 × 4096"),
    "4,096 × 4,096 in colour": (lambda: forged_png(4_096, 4_096), "too much memory"),
    "forged size": (lambda: forged_png(3_000, 3_000), "damaged or cut short"),
    "forged grey size": (lambda: forged_png(4_096, 4_096, colour=0), "damaged or cut short"),
    "forged BMP": (lambda: bmp_header(3_000, 3_000) + bytes(99), "damaged or cut short"),
    "WebP as large as a photo": (lambda: saved(coloured(4032, 3024), "WEBP"), "too much memory"),
    "progressive in full colour": (
        lambda: saved(coloured(4032, 3024), "JPEG", progressive=True, subsampling=0),
        "too much memory",
    ),
    "compressed comments": (
        lambda: (
            png(seven())[:33]
            + png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000))) * 60
            + png(seven())[33:]
        ),
        "damaged",
    ),
    "cut short PNG": (lambda: png(seven())[:-40], "damaged or cut short"),
    "cut short JPEG": (lambda: saved(coloured(2000, 2000), "JPEG")[:9000], "damaged or cut short"),
    "cut short WebP": (lambda: READABLE["WebP"]()[:-9], "not a PNG|damaged or cut short"),
    "cut short BMP": (lambda: READABLE["BMP"]()[:-9], "damaged or cut short"),
}


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
    @pytest.mark.parametrize("name", READABLE)
    def test_pictures_are_read_as_they_look(self, name: str):
        picture = read_picture(READABLE[name]())
        assert picture.dtype == np.uint8
        assert picture.shape[2] == 4
        assert max(picture.shape) <= decoding.LONGER_SIDE
        on_white = picture[..., 0].astype(int) * picture[..., 3] // 255 + 255 - picture[..., 3]
        height, width = on_white.shape
        wanted = seven((height, width)).astype(int)
        assert np.abs(on_white - wanted).mean() < 6

    @pytest.mark.parametrize("name", REFUSED)
    def test_what_cannot_be_read_is_refused_in_one_sentence(self, name: str):
        make, message = REFUSED[name]
        with pytest.raises(UnreadablePicture, match=message) as caught:
            read_picture(make())
        assert str(caught.value).endswith(".")
        assert "\n" not in str(caught.value)

    def test_one_colour_is_read_and_left_to_the_drawing_to_refuse(self):
        picture = read_picture(saved(Image.new("RGB", (300, 200), "red"), "PNG"))
        assert picture.shape == (200, 300, 4)
        assert np.unique(picture.reshape(-1, 4), axis=0).tolist() == [[255, 0, 0, 255]]

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_a_rotated_photo_stands_upright(self, kind: str, orientation: int):
        turn = STORED_BY[orientation]
        stored = coloured(280, 200)
        stored = stored if turn is None else stored.transpose(turn)
        picture = read_picture(saved(stored, kind, exif=exif(orientation)))
        assert np.abs(picture[..., 0].astype(int) - seven((200, 280))).mean() < 6

    def test_damaged_exif_is_no_reason_not_to_read(self):
        data = saved(coloured(280, 280), "JPEG", exif=b"Exif\0\0XX*\0\xff\xff\xff\xff")
        assert is_the_seven(read_picture(data))

    def test_a_jpeg_in_several_scans_is_measured_like_a_progressive_one(self):
        image = Image.open(io.BytesIO(saved(coloured(80, 80), "JPEG")))
        whole = READABLE["JPEG"]()
        assert decoding._first_scan(whole) == 3
        assert decoding._coefficients(image, whole) == 0
        scan = whole.index(b"\xff\xda")
        alone = whole[: scan + 4] + b"\x01" + whole[scan + 5 :]
        assert decoding._coefficients(image, alone) > 80 * 80 * 2

    @untimed
    @given(st.data())
    def test_damage_anywhere_raises_nothing_undocumented(self, data: st.DataObject):
        kind = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP", "BMP"]))
        damaged = bytearray(saved(coloured(24, 24), kind))
        del damaged[data.draw(st.integers(0, len(damaged))) :]
        for place in data.draw(st.lists(st.integers(0, max(len(damaged) - 1, 0)), max_size=4)):
            if damaged:
                damaged[place] = data.draw(st.integers(0, 255))
        with contextlib.suppress(UnreadablePicture):
            assert read_picture(bytes(damaged)).shape[2] == 4


PEAK = """
import re, sys
from pathlib import Path
from mnist_models.preprocessing.decoding import UnreadablePicture, read_picture

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

for warm in sys.argv[2:]:
    read_picture(Path(warm).read_bytes())
data = Path(sys.argv[1]).read_bytes()
before = peak()
try:
    read_picture(data)
except UnreadablePicture:
    pass
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells a process's peak")
class TestMemory:
    @pytest.mark.parametrize("name", [*READABLE, *OTHERS, *REFUSED])
    def test_no_picture_takes_more_than_50_mb(self, name: str, tmp_path: Path):
        # VmHWM, since getrusage in a child begins with its parent's peak.
        file, warm = tmp_path / "picture", tmp_path / "warm"
        makers = READABLE | OTHERS | {refused: make for refused, (make, _) in REFUSED.items()}
        file.write_bytes(makers[name]())
        warm.write_bytes(READABLE["PNG"]())
        command = [sys.executable, "-c", PEAK, str(file), str(warm)]
        result = subprocess.run(command, check=True, capture_output=True, text=True)
        assert int(result.stdout) < MEMORY


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
