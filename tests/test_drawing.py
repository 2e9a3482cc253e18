import binascii
import contextlib
import gzip
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from PIL import Image

from mnist_models import drawing
from mnist_models.drawing import BlankDrawing, UnreadablePicture, decode_png, to_mnist
from mnist_models.pens import PenDigit, PenDigitsError, load_pen_digits, render

Grey = NDArray[np.uint8]

untimed = settings(deadline=None)  # a busy machine is no failure


def canvas_with(rows: slice, columns: slice, shape: tuple[int, int] = (280, 280)) -> Grey:
    picture = np.zeros(shape, dtype=np.uint8)
    picture[rows, columns] = 255
    return picture


def seven() -> Grey:
    picture = canvas_with(slice(40, 60), slice(90, 190))
    picture[40:210, 170:190] = 255
    return picture


def extent(image: Grey) -> tuple[int, int]:
    rows, columns = np.nonzero(image)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def centre_of_mass(image: Grey) -> tuple[float, float]:
    mass = image / image.sum()
    index = np.arange(28)
    return float(mass.sum(axis=1) @ index), float(mass.sum(axis=0) @ index)


def difference(one: Grey, other: Grey) -> NDArray[np.int16]:
    return np.abs(one.astype(np.int16) - other)


def png(picture: Grey) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def png_header(width: int, height: int, bits: int = 8) -> bytes:
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, bits, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + _crc(chunk)


def _crc(chunk: bytes) -> bytes:
    return struct.pack(">I", binascii.crc32(chunk))


def sketches() -> st.SearchStrategy[Grey]:
    """Grey levels with enough contrast to be ink, on a black background."""
    levels = st.sampled_from([0, 40, 128, 255])
    shapes = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)
    return hnp.arrays(np.uint8, shapes, elements=levels, fill=st.just(np.uint8(0))).filter(np.any)


def on_canvas(sketch: Grey, top: int, left: int, side: int = 100) -> Grey:
    picture = np.zeros((side, side), dtype=np.uint8)
    picture[top : top + sketch.shape[0], left : left + sketch.shape[1]] = sketch
    return picture


class TestGeometry:
    def test_the_longer_side_is_20_pixels_and_the_aspect_is_kept(self):
        assert extent(to_mnist(canvas_with(slice(20, 220), slice(100, 140)))) == (20, 4)
        assert extent(to_mnist(canvas_with(slice(5, 15), slice(3, 23)))) == (10, 20)

    def test_the_centre_of_mass_falls_on_pixel_14(self):
        assert centre_of_mass(to_mnist(seven())) == pytest.approx((14, 14), abs=0.5)

    def test_a_wide_drawing_with_its_mass_at_one_end_loses_no_ink(self):
        picture = canvas_with(slice(100, 104), slice(10, 270))
        picture[90:250, 10:50] = 255
        image = to_mnist(picture)
        assert extent(image)[1] == 20
        assert centre_of_mass(image)[1] < 13.5, "the shift is clamped, so the centre is off"

    @pytest.mark.parametrize("shape", [(900, 1), (1, 900)])
    def test_a_line_one_pixel_wide_keeps_a_pixel(self, shape: tuple[int, int]):
        line = canvas_with(slice(10, 10 + shape[0]), slice(10, 10 + shape[1]), (1000, 1000))
        image = to_mnist(line)
        assert sorted(extent(image)) == [1, 20]
        assert image.max() == 255

    def test_a_hairline_across_a_large_canvas_stays_visible(self):
        image = to_mnist(np.eye(3000, dtype=np.uint8) * 255)
        assert extent(image) == (20, 20)
        assert np.diag(image[4:24, 4:24]).min() > 200

    def test_a_single_dot_fills_the_box(self):
        assert extent(to_mnist(canvas_with(slice(30, 31), slice(7, 8)))) == (20, 20)

    def test_a_picture_of_mnist_size_comes_back_as_it_is(self):
        image = to_mnist(seven())
        assert np.array_equal(to_mnist(image), image)


class TestInk:
    def test_dark_ink_on_light_gives_the_same_picture(self):
        assert np.array_equal(to_mnist(255 - seven()), to_mnist(seven()))

    def test_colour_and_alpha_give_the_same_picture(self):
        grey = seven()
        rgb = np.stack([grey] * 3, axis=2)
        opaque = np.dstack([rgb, np.full_like(grey, 255)])
        for picture in (rgb, opaque, 255 - rgb):
            assert np.array_equal(to_mnist(picture), to_mnist(grey))

    @pytest.mark.parametrize("level", [0, 90, 255])
    def test_ink_of_any_level_shows_on_a_transparent_background(self, level: int):
        ink = seven()
        picture = np.dstack([np.full((*ink.shape, 3), level, dtype=np.uint8), ink])
        assert np.array_equal(to_mnist(picture), to_mnist(ink))

    @pytest.mark.parametrize(("ink", "paper"), [((255, 255, 0), 255), ((0, 0, 255), 0)])
    def test_yellow_on_white_and_blue_on_black_are_ink(self, ink: tuple[int, ...], paper: int):
        picture = np.full((280, 280, 3), paper, dtype=np.uint8)
        picture[seven() > 0] = ink
        assert np.array_equal(to_mnist(picture), to_mnist(seven()))

    def test_faint_ink_is_stretched_to_full_brightness(self):
        assert np.array_equal(to_mnist(seven() // 5), to_mnist(seven()))

    def test_strokes_along_the_border_are_not_taken_for_background(self):
        picture = canvas_with(slice(0, 280), slice(0, 30))
        picture[:30, :200] = 255
        image = to_mnist(picture)
        assert np.array_equal(image, to_mnist(np.pad(picture, 60)))
        assert np.count_nonzero(image) < 100, "the inside of the corner is background"

    def test_ink_on_half_of_the_border_is_what_there_is_less_of(self):
        picture = canvas_with(slice(0, 10), slice(0, 5), (10, 10))
        picture[1:-1, 1:] = 0
        assert np.array_equal(to_mnist(picture), to_mnist(np.pad(picture, 20)))

    def test_noise_around_the_ink_does_not_move_the_crop(self):
        noise = np.random.default_rng(0).integers(0, 21, size=(280, 280), dtype=np.uint8)
        assert difference(to_mnist(np.maximum(seven(), noise)), to_mnist(seven())).max() <= 1

    @pytest.mark.parametrize("shape", [(1, 1), (280, 280), (5, 5, 3), (5, 5, 4)])
    @pytest.mark.parametrize("level", [0, 130, 255])
    def test_one_colour_is_blank(self, shape: tuple[int, ...], level: int):
        with pytest.raises(BlankDrawing):
            to_mnist(np.full(shape, level, dtype=np.uint8))

    @pytest.mark.parametrize("shape", [(0, 0), (0, 7), (7, 0), (0, 7, 3), (7, 0, 4)])
    def test_no_pixels_is_blank(self, shape: tuple[int, ...]):
        with pytest.raises(BlankDrawing):
            to_mnist(np.zeros(shape, dtype=np.uint8))

    def test_a_transparent_picture_is_blank_whatever_its_hidden_colours(self):
        picture = np.zeros((280, 280, 4), dtype=np.uint8)
        picture[..., 0] = seven()
        with pytest.raises(BlankDrawing):
            to_mnist(picture)

    def test_the_noise_of_an_empty_photograph_is_blank(self):
        noise = np.random.default_rng(0).normal(200, 4, size=(300, 300)).clip(0, 255)
        with pytest.raises(BlankDrawing):
            to_mnist(noise.astype(np.uint8))


class TestRefusals:
    @pytest.mark.parametrize(
        "picture", [seven().astype(float), seven() > 0, seven().tolist(), None]
    )
    def test_anything_but_uint8_is_a_type_error(self, picture: object):
        with pytest.raises(TypeError, match="uint8"):
            to_mnist(picture)  # type: ignore[arg-type]

    @pytest.mark.parametrize("shape", [(), (9,), (9, 9, 1), (9, 9, 2), (0, 9, 5), (2, 9, 9, 3)])
    def test_another_shape_is_named(self, shape: tuple[int, ...]):
        with pytest.raises(ValueError, match="shape") as caught:
            to_mnist(np.zeros(shape, dtype=np.uint8))
        assert str(shape) in str(caught.value)
        assert not isinstance(caught.value, BlankDrawing)

    def test_a_huge_picture_is_refused_before_any_work(self):
        huge = np.broadcast_to(np.uint8(0), (5_000, 5_000))
        with pytest.raises(ValueError, match="at most"):
            to_mnist(huge)

    def test_the_picture_given_is_not_changed(self):
        picture = seven()
        picture.flags.writeable = False
        to_mnist(picture)


class TestInvariants:
    @untimed
    @given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=12)))
    def test_no_array_raises_anything_undocumented(self, picture: Grey):
        try:
            image = to_mnist(picture)
        except ValueError:
            return
        assert image.shape == (28, 28)
        assert image.dtype == np.uint8
        assert image.max() == 255
        assert max(extent(image)) <= 20

    @untimed
    @given(hnp.arrays(np.uint8, st.tuples(*[st.integers(1, 30)] * 2, st.sampled_from([3, 4]))))
    def test_every_coloured_picture_gives_a_picture_or_is_blank(self, picture: Grey):
        with contextlib.suppress(BlankDrawing):
            assert to_mnist(picture).max() == 255

    @untimed
    @given(sketches(), st.integers(1, 59), st.integers(1, 59))
    def test_moving_the_drawing_on_its_canvas_changes_nothing(
        self, sketch: Grey, top: int, left: int
    ):
        moved = to_mnist(on_canvas(sketch, top, left))
        assert np.array_equal(moved, to_mnist(on_canvas(sketch, 30, 30, side=140)))

    @untimed
    @given(sketches(), st.booleans())
    def test_inverting_changes_nothing(self, sketch: Grey, coloured: bool):
        picture = on_canvas(sketch, 20, 20)
        if coloured:
            picture = np.stack([picture, picture // 2, 255 - picture], axis=2)
        try:
            image = to_mnist(picture)
        except BlankDrawing:
            with pytest.raises(BlankDrawing):
                to_mnist(255 - picture)
        else:
            assert difference(to_mnist(255 - picture), image).max() <= 1

    @untimed
    @given(sketches(), st.integers(2, 5))
    def test_enlarging_by_a_whole_factor_changes_nothing(self, sketch: Grey, factor: int):
        picture = on_canvas(sketch, 20, 20)
        enlarged = picture.repeat(factor, axis=0).repeat(factor, axis=1)
        assert difference(to_mnist(enlarged), to_mnist(picture)).max() <= 1

    @untimed
    @given(sketches())
    def test_the_centre_of_mass_is_on_pixel_14_or_at_the_edge(self, sketch: Grey):
        image = to_mnist(on_canvas(sketch, 20, 20))
        for axis, centre in enumerate(centre_of_mass(image)):
            at_edge = image.take([0, 27], axis=axis).any()
            assert at_edge or abs(centre - 14) <= 0.51


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

        monkeypatch.setattr(drawing.Image, "open", decode)
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
        empty = struct.pack(">I", 0) + b"IHDR" + _crc(b"IHDR")
        with pytest.raises(UnreadablePicture, match="damaged"):
            decode_png(small[:33] + empty + small[33:])

    def test_pixels_that_do_not_decompress_are_named_as_damage(self):
        body = b"IDAT" + zlib.compress(b"too few")
        data = png_header(280, 280) + struct.pack(">I", len(body) - 4) + body + _crc(body)
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


class TestPens:
    STROKES = (np.array([[100, 100], [100, 400]], dtype=np.float32),)

    def test_a_drawing_keeps_its_place_and_size(self):
        rows, columns = np.nonzero(render(self.STROKES, pen=16) > 127)
        assert (rows.min(), rows.max()) == pytest.approx((56 - 8, 224 + 8), abs=1)
        assert (columns.min(), columns.max()) == pytest.approx((56 - 8, 56 + 8), abs=1)

    def test_a_big_drawing_is_centred_and_fills_three_quarters(self):
        rows, columns = np.nonzero(render(self.STROKES, pen=16, big=True) > 127)
        assert np.ptp(rows) + 1 == pytest.approx(210, abs=1)
        assert (rows.mean(), columns.mean()) == pytest.approx((139.5, 139.5), abs=1)

    def test_ends_are_round_and_edges_antialiased(self):
        picture = render(self.STROKES, pen=16)
        assert picture[49, 50] < 64 < 192 < picture[49, 56]
        assert np.unique(picture).size > 5

    @pytest.mark.parametrize("big", [False, True])
    def test_a_dot_is_drawn(self, big: bool):
        dot = render([np.array([[250, 250]], dtype=np.float32)], pen=16, big=big)
        assert np.count_nonzero(dot > 127) == pytest.approx(np.pi * 64, rel=0.1)

    @pytest.mark.parametrize(
        "content",
        [b"not gzip", gzip.compress(b"[{"), gzip.compress(b"7"), gzip.compress(b'[{"digit": 1}]')],
    )
    def test_a_damaged_file_is_named(
        self, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        path = tmp_path / "strokes.json.gz"
        path.write_bytes(content)
        monkeypatch.setenv("PEN_DIGITS", str(path))
        with pytest.raises(PenDigitsError, match=r"strokes\.json\.gz is damaged"):
            load_pen_digits()

    def test_a_file_cut_short_is_damaged(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        entry = {"digit": 1, "writer": 2, "strokes": [[[1, 2], [3, 4]]]}
        path = tmp_path / "strokes.json.gz"
        monkeypatch.setenv("PEN_DIGITS", str(path))
        whole = gzip.compress(json.dumps([entry]).encode())
        path.write_bytes(whole)
        assert load_pen_digits()[0].strokes[0].tolist() == [[1, 2], [3, 4]]
        path.write_bytes(whole[:-12])
        with pytest.raises(PenDigitsError, match="damaged"):
            load_pen_digits()

    def test_a_missing_file_and_an_unset_variable_are_told_apart(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("PEN_DIGITS", str(tmp_path / "nowhere.json.gz"))
        with pytest.raises(PenDigitsError, match="no such file"):
            load_pen_digits()
        monkeypatch.delenv("PEN_DIGITS")
        with pytest.raises(PenDigitsError, match="not set"):
            load_pen_digits()


@pytest.fixture(scope="session")
def pen_digits(pen_digits_file: Path) -> list[PenDigit]:
    return load_pen_digits()[::75]


@pytest.fixture(scope="session")
def x_test(mnist_npz: Path) -> Grey:
    with np.load(mnist_npz, allow_pickle=False) as arrays:
        return arrays["x_test"][::100]


class TestRealDigits:
    @pytest.mark.parametrize("pen", [8, 24])
    @pytest.mark.parametrize("big", [False, True])
    def test_pen_digits_fill_the_box_and_are_centred(
        self, pen_digits: list[PenDigit], pen: int, big: bool
    ):
        for digit in pen_digits:
            image = to_mnist(render(digit.strokes, pen=pen, big=big))
            rows, columns = np.nonzero(image)
            assert max(extent(image)) == 20
            for index, centre in zip((rows, columns), centre_of_mass(image), strict=True):
                clamped = index.min() == 0 or index.max() == 27
                assert clamped or abs(centre - 14) <= 0.51

    @pytest.mark.parametrize(
        ("enlarge", "tolerance"),
        [(Image.Resampling.NEAREST, 1), (Image.Resampling.BILINEAR, 9)],
    )
    def test_enlarged_mnist_pictures_come_back(
        self, x_test: Grey, enlarge: Image.Resampling, tolerance: float
    ):
        enlarged = (np.asarray(Image.fromarray(x).resize((280, 280), enlarge)) for x in x_test)
        back = np.stack([to_mnist(picture) for picture in enlarged])
        assert difference(back, x_test).mean() < tolerance
