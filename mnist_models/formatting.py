"""How numbers are written for people, the same on every page, in the report and in sentences.

An accuracy is a share in per cent with two decimals, "97.54 %"; a difference of two of them is in
percentage points, "−0.54"; a probability of one picture is in per cent with one decimal. Minus is
U+2212. What programs read, JSON and the columns of numbers in CSV, holds plain numbers.
"""

from collections.abc import Callable, Sequence
from functools import partial, reduce

from mnist_models.text import Text, paragraph, t


def number_text(value: float, form: str) -> str:
    """A number in one of Python's formats, with a true minus; no line breaks before its %."""
    return f"{value:{form}}".replace("%", "\N{NO-BREAK SPACE}%").replace("-", "−")


def number_writer(form: str) -> Callable[[float], str]:
    """Writes numbers in one of Python's formats, for the columns of a table."""
    return partial(number_text, form=form)


def count_text(count: float) -> str:
    """A number of things: "60,000"."""
    return number_text(count, ",.0f")


def percent_text(share: float, digits: int = 2) -> str:
    """A share as people read it: "97.54 %"."""
    return number_text(share, f".{digits}%")


def share_text(share: float, nearly_one: str = "") -> str:
    """A probability as people read it: "98.2 %", and never a rounded certainty."""
    return (nearly_one or t("over 99.9 %")) if share >= 0.9995 else percent_text(share, 1)


def points_text(share: float, form: str = "z.2f") -> str:
    """A difference of two shares in percentage points: "1.50" for 0.015, and no minus before 0."""
    return number_text(100 * share, form)


def change_text(share: float) -> Text:
    """The same with its sign and its unit: "+1.50 points", "−0.54 points"."""
    return t("{change} points", change=points_text(share, "+z.2f"))


def signed_text(count: float) -> str:
    """A difference of two counts with its sign: "+3", "−2"."""
    return number_text(count, "+,")


def interval_text(share: float, interval: Sequence[float]) -> Text:
    """A share and its interval: "97.54 % (97.22 % to 97.83 %)"."""
    low, high = map(percent_text, interval)
    return t("{share} ({low} to {high})", share=percent_text(share), low=low, high=high)


def score_text(right: int, rows: int, interval: Sequence[float], digits: int = 2) -> Text:
    """Right answers, rows and the interval of their share: "8 of 10 (49 % to 94 %)"."""
    low, high = (percent_text(end, digits) for end in interval)
    return t("{right:,} of {rows:,} ({low} to {high})", right=right, rows=rows, low=low, high=high)


def p_value_text(p: float) -> str:
    """A p value as people write it: "= 0.031", or "< 0.001"."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def p_value_cell(p: float) -> str:
    """A p value below its heading: "0.031", or "< 0.001"."""
    return p_value_text(p).removeprefix("= ")


def listing(labels: Sequence[str]) -> Text:
    """ "3", "3 and 8", "3, 5 and 8"; empty for none."""
    if len(labels) < 2:
        return paragraph(*labels)
    return t("{most} and {last}", most=commas(labels[:-1]), last=labels[-1])


def commas(labels: Sequence[str]) -> str:
    """ "3, 5, 8"; empty for none."""
    return _joined(labels, lambda before, label: t("{before}, {label}", before=before, label=label))


def semicolons(texts: Sequence[str]) -> str:
    """ "a, b; c, d" of what has commas itself; empty for nothing."""
    return _joined(texts, lambda before, text: t("{before}; {text}", before=before, text=text))


def _joined(texts: Sequence[str], put: Callable[[str, str], str]) -> str:
    return reduce(put, texts) if texts else ""


def seconds_text(seconds: float) -> str:
    """A cost, three figures at most: "0.52 s", "5.9 s", "1,210 s"."""
    digits = 2 if seconds < 1 else 1 if seconds < 100 else 0
    return f"{seconds:,.{digits}f} s"


def rounded_text(number: float) -> str:
    """A number above 0 in two figures, or all before the point: "0.042", "1.4", "26", "1,210"."""
    exponent = int(f"{number:.1e}".partition("e")[2])  # of what is rounded: of 9.96 it is 1
    return number_text(number, f",.{max(0, 1 - exponent)}f")


def bytes_text(size: float) -> str:
    """A size: "189 kB", "4.0 MB"."""
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"


def milliseconds_text(milliseconds: float) -> str:
    """A short time: "0.04 ms", "1.3 ms"."""
    return number_text(milliseconds, ".2f" if milliseconds < 1 else ",.1f") + " ms"


def duration_text(seconds: float) -> Text:
    """A duration, no finer than it is known: "5 seconds", "2 minutes", "1.5 hours"."""
    if seconds < 90:
        rounded = max(1, round(seconds) if seconds < 10 else 5 * round(seconds / 5))
        return t("{count} second", "{count} seconds", count=rounded)
    if seconds < 90 * 60:
        return t("{count} minute", "{count} minutes", count=round(seconds / 60))
    return t("{hours:.1f} hours", hours=seconds / 3600)
