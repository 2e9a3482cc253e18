"""A text is its English, and knows what it was made of."""

import copy
import json

import numpy as np
import pytest

from mnist_models.text import Text, paragraph, t


def test_a_text_is_its_english_and_knows_its_template() -> None:
    one, many = (t("{count} run of {name}", "{count:,} runs of {name}", count=n, name="x")
                 for n in (1, 2000))  # fmt: skip
    assert (one, many) == ("1 run of x", "2,000 runs of x")
    assert (many.template, many.fields) == ("{count} run of {name}", {"count": 2000, "name": "x"})
    assert copy.deepcopy(many) == many
    assert copy.deepcopy(many).plural == many.plural


def test_braces_of_a_field_are_not_filled_in() -> None:
    assert t("The run {name} is gone.", name="{x}") == "The run {x} is gone."


def test_a_paragraph_leaves_out_what_is_empty() -> None:
    assert paragraph(t("One."), "", t("{n} more.", n=2)) == "One. 2 more."
    assert paragraph() == ""


def test_a_text_is_kept_as_json_with_all_that_it_was_made_of() -> None:
    text = t("{count:,} of {name}", count=np.int64(2000), name=t("{n} runs", n=1.5))
    kept = Text.from_json(json.loads(json.dumps(Text.to_json(text))))
    assert kept == text == "2,000 of 1.5 runs"
    assert kept.fields["name"].template == "{n} runs"
    assert Text.from_json(Text.to_json("plain {braces}")) == "plain {braces}"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (t("its 95 % interval"), "its 95_% interval"),
        (t("{pen} px, {size} MB", pen=8, size=1.5), "8_px, 1.5_MB"),
        (
            t("it took {s:.1f} s (test, p {p}).", s=0.5, p="< 0.001"),
            "it took 0.5_s (test, p_<_0.001).",
        ),
        (t("3 people, 5 seconds, a map = 1"), "3 people, 5 seconds, a map = 1"),
    ],
)
def test_no_line_ends_between_a_number_and_its_unit(said: Text, kept: str) -> None:
    assert said == kept.replace("_", "\N{NO-BREAK SPACE}")
    assert said.template.isascii()
