"""Numbers are written as people write them."""

import pytest

from mnist_models.formatting import (
    bytes_text,
    change_text,
    count_text,
    duration_text,
    interval_text,
    listing,
    milliseconds_text,
    number_text,
    number_writer,
    p_value_cell,
    p_value_text,
    percent_text,
    points_text,
    rounded_text,
    score_text,
    seconds_text,
    share_text,
    signed_text,
)


@pytest.mark.parametrize(
    ("labels", "text"),
    [([], ""), (["3"], "3"), (["3", "8"], "3 and 8"), (["3", "5", "8"], "3, 5 and 8")],
)
def test_labels_are_listed_as_people_say_them(labels: list[str], text: str) -> None:
    assert listing(labels) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (number_text(0.9754, ".2%"), "97.54 %"),
        (number_text(1234.5, ",.1f"), "1,234.5"),
        (percent_text(1), "100.00 %"),
        (percent_text(0.456, 0), "46 %"),
        (share_text(0.9994), "99.9 %"),
        (share_text(0.9995), "over 99.9 %"),
        (points_text(0.015), "1.50"),
        (points_text(-0.00591), "−0.59"),
        (points_text(-0.00004), "0.00"),
        (change_text(-0.00004), "+0.00 points"),
        (change_text(0.0022), "+0.22 points"),
        (change_text(-0.0318), "−3.18 points"),
        (count_text(60_000.0), "60,000"),
        (number_writer(".3f")(-0.5), "−0.500"),
        (interval_text(0.9754, (0.9722, 0.9783)), "97.54 % (97.22 % to 97.83 %)"),
        (rounded_text(1.44), "1.4"),
        (rounded_text(9.96), "10"),
        (rounded_text(0.996), "1.0"),
        (rounded_text(0.0421), "0.042"),
        (rounded_text(0.42), "0.42"),
        (rounded_text(64.2), "64"),
        (rounded_text(1210), "1,210"),
        (rounded_text(0), "0.0"),
        (bytes_text(189_522), "190 kB"),
        (bytes_text(4_024_360), "4.0 MB"),
        (milliseconds_text(0.0431), "0.04 ms"),
        (milliseconds_text(1.27), "1.3 ms"),
        (signed_text(1009), "+1,009"),
        (signed_text(-2), "−2"),
        (score_text(8, 10, (0.4902, 0.9433), digits=0), "8 of 10 (49 % to 94 %)"),
        (score_text(9754, 10_000, (0.9722, 0.9783)), "9,754 of 10,000 (97.22 % to 97.83 %)"),
        (p_value_text(0.0314), "= 0.031"),
        (p_value_text(0.0009), "< 0.001"),
        (p_value_cell(0.0314), "0.031"),
        (p_value_cell(0.0009), "< 0.001"),
        (seconds_text(0.517), "0.52 s"),
        (seconds_text(5.94), "5.9 s"),
        (seconds_text(1210.4), "1,210 s"),
        (duration_text(0.2), "1 second"),
        (duration_text(13), "15 seconds"),
        (duration_text(95), "2 minutes"),
        (duration_text(5400), "1.5 hours"),
    ],
)
def test_numbers_are_written_as_people_write_them(written: str, text: str) -> None:
    assert written == text
