import contextlib
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from PIL import Image

from mnist_models import load_run
from mnist_models.data.pen_digits import PenDigit, load_pen_digits
from mnist_models.foreground.morphology import components
from mnist_models.preprocessing import to_mnist as preparation
from mnist_models.preprocessing.rasterise import render
from mnist_models.preprocessing.to_mnist import BlankDrawing, fine, to_mnist, to_mnist_steps

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


def sketches() -> st.SearchStrategy[Grey]:
    """Grey levels with enough contrast to be ink, on a black background."""
    levels = st.sampled_from([0, 40, 128, 255])
    shapes = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)
    return hnp.arrays(np.uint8, shapes, elements=levels, fill=st.just(np.uint8(0))).filter(np.any)


def enlarged(image: Grey, enlarge: Image.Resampling) -> Grey:
    return np.asarray(Image.fromarray(image).resize((280, 280), enlarge))


def on_canvas(sketch: Grey, top: int, left: int, side: int = 100) -> Grey:
    picture = np.zeros((side, side), dtype=np.uint8)
    picture[top : top + sketch.shape[0], left : left + sketch.shape[1]] = sketch
    return picture


class TestGeometry:
    def test_the_longer_side_is_20_pixels_and_the_aspect_is_kept(self):
        assert extent(to_mnist(canvas_with(slice(20, 220), slice(100, 120)))) == (20, 2)
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
    def test_a_line_one_pixel_wide_gets_the_width_of_a_pen(self, shape: tuple[int, int]):
        line = canvas_with(slice(10, 10 + shape[0]), slice(10, 10 + shape[1]), (1000, 1000))
        image = to_mnist(line)
        assert sorted(extent(image)) == [2, 20]
        assert image.max() == 255

    def test_a_hairline_across_a_large_canvas_becomes_a_stroke(self):
        image = to_mnist(np.eye(3000, dtype=np.uint8) * 255)
        assert extent(image) == (20, 20)
        assert np.diag(image[5:23, 5:23]).min() > 200

    def test_a_single_dot_fills_the_box(self):
        assert extent(to_mnist(canvas_with(slice(30, 31), slice(7, 8)))) == (20, 20)

    def test_a_picture_of_mnist_size_comes_back_as_it_is(self):
        image = to_mnist(seven())
        assert np.array_equal(to_mnist(image), image)


class TestScaling:
    def test_what_is_kept_for_the_next_picture_takes_little_memory(self):
        tracemalloc.start()
        try:
            for size in (*range(100, 110), *range(700, 710)):
                fine(np.ones((size, 3)), size)
            assert tracemalloc.get_traced_memory()[0] < 1_000_000
        finally:
            tracemalloc.stop()

    @given(st.integers(1, 300), st.integers(1, 40))
    @untimed
    def test_kept_or_not_a_pixel_is_the_mean_of_what_it_covers(self, size: int, target: int):
        line = np.random.default_rng(size).random(size)
        whole = line.repeat(target).reshape(target, size).mean(axis=1)
        np.testing.assert_allclose(preparation._averaging(size, target) @ line, whole)


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


def circle(radius: float, pen: float, side: int = 280) -> Grey:
    """A 0, light on dark."""
    y, x = np.indices((side, side)) - (side - 1) / 2
    ring = np.abs(np.hypot(x, y) - radius) < pen / 2
    return ring.astype(np.uint8) * 255


def holes(image: Grey) -> int:
    """How many areas of paper are enclosed by ink."""
    paper = np.pad(image < 128, 1, constant_values=True)
    return len(components(paper, diagonal=False)[1]) - 1


def eight(pen: float) -> Grey:
    upper, lower = circle(40, pen), circle(40, pen)
    return np.maximum(np.roll(upper, -42, axis=0), np.roll(lower, 42, axis=0))


class TestPenWidth:
    @pytest.mark.parametrize("pen", [2, 6, 12, 24, 32])
    def test_every_pen_comes_out_as_wide_as_mnists(self, pen: int):
        stroke = np.array([[30, 60], [140, 60], [60, 250]], dtype=np.float32)
        steps = to_mnist_steps(render([stroke], box=280, pen=pen))
        assert steps.pen_before == pytest.approx(pen * 20 / (190 + pen), rel=0.15, abs=0.3)
        assert 1.4 <= steps.pen_after <= 2.8

    def test_a_very_thick_pen_comes_out_as_wide_as_mnists_thickest(self):
        """Thinned to the usual width it would lose more of its shape."""
        steps = to_mnist_steps(circle(100, 72))
        assert steps.pen_before > 5
        assert 3 < steps.pen_after < 3.7

    def test_a_usual_pen_is_left_as_it_is(self):
        steps = to_mnist_steps(seven())
        assert np.array_equal(steps.mended, steps.cropped)
        assert steps.pen_before == steps.pen_after

    @pytest.mark.parametrize("pen", [1, 3, 8, 20, 40, 60])
    def test_the_hole_of_a_nought_stays_open(self, pen: int):
        assert holes(to_mnist(circle(100, pen))) == 1

    @pytest.mark.parametrize("pen", [1.5, 4, 16, 28])
    def test_the_holes_of_an_eight_stay_open(self, pen: float):
        assert holes(to_mnist_steps(eight(pen)).mended) == 2

    def test_a_tiny_hole_survives_a_thin_pen_made_thick(self):
        picture = circle(12, 2)
        picture[20:260, 151:153] = 255
        picture[258:260, 20:153] = 255
        steps = to_mnist_steps(picture)
        assert steps.pen_before < 1
        assert holes(steps.mended) == 1

    def test_a_thick_stroke_with_a_thin_tail_keeps_its_tail(self):
        picture = canvas_with(slice(40, 120), slice(40, 240))
        picture[115:240, 138:142] = 255
        mended = to_mnist_steps(picture).mended
        assert len(components(mended > 100)[1]) == 1
        assert mended.shape[0] > 0.8 * mended.shape[1], "the tail still hangs from the bar"

    def test_where_thick_strokes_only_touch_the_line_stays_thin(self):
        """As where the arms of a 3 come near: a full line there would make an 8 of it."""
        picture = canvas_with(slice(40, 240), slice(40, 100))
        picture[40:240, 180:240] = 255
        picture[180:240, 40:240] = 255
        picture[40:64, 100:180] = 255  # a neck of 24 pixels, the strokes have 60
        mended = to_mnist_steps(picture).mended.astype(int)
        height, width = mended.shape
        across = mended[:, width // 2]
        neck, stroke = across[: height // 2].sum(), across[height // 2 :].sum()
        assert neck > 255, "it does not break"
        assert neck < 0.6 * stroke

    @pytest.mark.parametrize("radius", [2, 30, 130])
    def test_a_blot_is_not_thinned_away(self, radius: int):
        assert np.count_nonzero(to_mnist(circle(0, 2 * radius)) > 127) > 200


class TestSteps:
    def test_they_end_with_what_to_mnist_returns(self):
        for pen in (6, 16, 40):
            steps = to_mnist_steps(eight(pen))
            assert np.array_equal(steps.centred, to_mnist(eight(pen)))
            assert steps.centred.shape == (28, 28)
            assert max(steps.fitted.shape) == 20
            for step in (steps.ink, steps.cropped, steps.mended, steps.fitted, steps.centred):
                assert step.dtype == np.uint8
                assert step.max() == 255

    def test_they_show_light_ink_on_black_whatever_was_drawn(self):
        steps = to_mnist_steps(255 - seven())
        assert np.array_equal(steps.ink, seven())
        assert np.array_equal(steps.cropped, seven()[40:210, 90:190])


def specked(picture: Grey) -> Grey:
    """A dozen isolated dots around and in the drawing."""
    picture = picture.copy()
    for row, column in np.random.default_rng(1).integers(3, 277, (12, 2)):
        picture[row : row + 2, column : column + 2] = 255
    return picture


def framed(picture: Grey, margin: int, line: int) -> Grey:
    picture = picture.copy()
    inside = slice(margin + line, -margin - line)
    frame = np.zeros(picture.shape, dtype=bool)
    frame[margin : len(frame) - margin, margin : len(frame) - margin] = True
    frame[inside, inside] = False
    picture[frame] = 255
    return picture


class TestSpecksAndFrames:
    def test_specks_are_not_ink(self):
        assert difference(to_mnist(specked(seven())), to_mnist(seven())).mean() < 1

    def test_detached_strokes_stay_one_digit(self):
        five = canvas_with(slice(40, 52), slice(120, 180))
        five[70:82, 90:160] = 255
        five[82:200, 90:102] = 255
        assert np.array_equal(to_mnist_steps(five).ink, five)

    def test_a_dotted_line_is_a_line(self):
        picture = np.zeros((280, 280), dtype=np.uint8)
        picture[20:260:12, 138:142] = 255
        picture[21:261:12, 138:142] = 255
        assert np.array_equal(to_mnist_steps(picture).ink, picture)

    @pytest.mark.parametrize("margin", [0, 1, 12])
    @pytest.mark.parametrize("line", [1, 8])
    @pytest.mark.parametrize("inverted", [False, True])
    def test_a_frame_is_not_ink(self, margin: int, line: int, inverted: bool):
        picture = framed(seven(), margin, line)
        image = to_mnist(255 - picture if inverted else picture)
        assert np.array_equal(image, to_mnist(seven()))

    def test_a_frame_and_specks_leave_the_digit(self):
        picture = specked(framed(seven(), 4, 3))
        assert difference(to_mnist(picture), to_mnist(seven())).mean() < 1

    def test_an_empty_frame_is_itself_the_drawing(self):
        assert holes(to_mnist(framed(np.zeros((280, 280), np.uint8), 30, 16))) == 1

    def test_a_square_eight_is_no_frame(self):
        picture = framed(np.zeros((280, 280), np.uint8), 60, 16)
        picture[132:148, 60:220] = 255
        assert holes(to_mnist(picture)) == 2

    def test_a_nought_that_touches_the_edges_stays(self):
        image = to_mnist(circle(132, 16))
        assert holes(image) == 1
        assert difference(image, to_mnist(np.pad(circle(132, 16), 40))).max() <= 1

    def test_a_lone_one_from_edge_to_edge_stays(self):
        image = to_mnist(canvas_with(slice(0, 280), slice(130, 150)))
        assert extent(image)[0] == 20
        assert extent(image)[1] <= 3


def photograph(ink: Grey, light: NDArray[np.floating]) -> Grey:
    noise = np.random.default_rng(0).normal(0, 3, ink.shape)
    return (light * (1 - 0.7 * (ink / 255)) + noise).clip(0, 255).astype(np.uint8)


def lights(side: int) -> dict[str, NDArray[np.floating]]:
    y, x = np.indices((side, side)) / side
    return {
        "gradient": 230 - 140 * x,
        "vignette": 225 - 200 * ((x - 0.5) ** 2 + (y - 0.5) ** 2),
        "corner": 220 - 120 * np.exp(-6 * (x**2 + y**2)),
        "shadow": 165 - 55 * np.tanh((x + 0.3 * y - 0.6) * 40),
    }


class TestUnevenPaper:
    @pytest.mark.parametrize("light", lights(1))
    @pytest.mark.parametrize("blackboard", [False, True])
    def test_a_shaded_photograph_gives_the_digit(self, light: str, blackboard: bool):
        ink = seven().repeat(2, axis=0).repeat(2, axis=1)
        photo = photograph(ink, lights(560)[light])
        image = to_mnist(255 - photo if blackboard else photo)
        assert difference(image, to_mnist(seven())).mean() < 3

    @pytest.mark.parametrize("light", ["vignette", "corner"])
    def test_shaded_paper_without_ink_is_blank(self, light: str):
        with pytest.raises(BlankDrawing):
            to_mnist(photograph(np.zeros((560, 560), np.uint8), lights(560)[light]))

    def test_a_blot_on_even_paper_is_no_shade(self):
        picture = canvas_with(slice(0, 200), slice(0, 120))
        assert np.array_equal(to_mnist(picture), to_mnist(np.pad(picture, 100)))


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
    @example(np.array([[26, 0], [0, 3]], dtype=np.uint8))  # nothing but lines in both directions
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
            image = to_mnist(digit.drawn(pen=pen, big=big))
            rows, columns = np.nonzero(image)
            assert max(extent(image)) == 20
            for index, centre in zip((rows, columns), centre_of_mass(image), strict=True):
                clamped = index.min() == 0 or index.max() == 27
                assert clamped or abs(centre - 14) <= 0.51

    @pytest.mark.parametrize(
        ("enlarge", "tolerance"),
        [(Image.Resampling.NEAREST, 1), (Image.Resampling.BILINEAR, 9)],
    )
    def test_enlarged_mnist_pictures_with_a_usual_pen_come_back(
        self, x_test: Grey, enlarge: Image.Resampling, tolerance: float
    ):
        steps = [to_mnist_steps(enlarged(x, enlarge)) for x in x_test]
        usual = [s.pen_before == s.pen_after for s in steps]
        assert np.mean(usual) > 0.6
        back = np.stack([s.centred for s in steps])
        assert np.median(difference(back, x_test)[usual].mean(axis=(1, 2))) < tolerance

    @pytest.mark.matrix  # a minute
    def test_mending_the_pen_leaves_mnist_as_legible_as_it_was(self, mnist_npz: Path):
        with np.load(mnist_npz, allow_pickle=False) as arrays:
            images, labels = arrays["x_test"][::5], arrays["y_test"][::5]
        back = np.stack([to_mnist(enlarged(x, Image.Resampling.BICUBIC)) for x in images])
        predict = load_run("reference").single.predict
        untouched, mended = (np.mean(predict(x) == labels) for x in (images, back))
        assert mended >= untouched - 0.002

    @pytest.mark.matrix  # takes long
    def test_thick_pens_gain_from_being_mended(
        self, pen_digits_file: Path, monkeypatch: pytest.MonkeyPatch
    ):
        digits = load_pen_digits()[::15]
        labels = np.array([digit.digit for digit in digits])
        pictures = [digit.drawn(pen=24) for digit in digits]

        def accuracy() -> float:
            images = np.stack([to_mnist(picture) for picture in pictures])
            return float(np.mean(load_run("reference").single.predict(images) == labels))

        mended = accuracy()
        monkeypatch.setattr(preparation, "mend", lambda *_: None)
        assert mended > accuracy() + 0.01
