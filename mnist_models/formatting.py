"""How numbers are written for people, the same on every page, in the report and in sentences."""

from collections.abc import Sequence
from functools import reduce

from mnist_models.text import Text, paragraph, t


def number_text(value: float, form: str) -> str:
    """A number in one of Python's formats; a percent sign stands after a space."""
    return f"{value:{form}}".replace("%", " %")


def percent_text(share: float, digits: int = 2) -> str:
    """A share as people read it: "97.54 %"."""
    return number_text(share, f".{digits}%")


def share_text(share: float, nearly_one: str = t("over 99.9 %")) -> str:
    """A probability as people read it: "98.2 %", and never a rounded certainty."""
    return nearly_one if share >= 0.9995 else percent_text(share, 1)


def points_text(share: float, digits: int = 1) -> str:
    """A difference of two shares in percentage points: "1.5" for 0.015."""
    return f"{100 * share:.{digits}f}"


def signed_text(value: float, form: str = ",") -> str:
    """A difference with its sign, and a true minus: "+3", "−2"."""
    return number_text(value, f"+{form}").replace("-", "−")


def score_text(right: int, rows: int, interval: Sequence[float], digits: int = 2) -> Text:
    """Right answers, rows and the interval of their share: "8 of 10 (49 % to 94 %)"."""
    low, high = (percent_text(end, digits) for end in interval)
    return t("{right:,} of {rows:,} ({low} to {high})", right=right, rows=rows, low=low, high=high)


def p_value_text(p: float) -> str:
    """A p value as people write it: "= 0.031", or "< 0.001"."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def listing(labels: Sequence[str]) -> Text:
    """ "3", "3 and 8", "3, 5 and 8"; empty for none."""
    if len(labels) < 2:
        return paragraph(*labels)
    most = reduce(
        lambda before, label: t("{before}, {label}", before=before, label=label), labels[:-1]
    )
    return t("{most} and {last}", most=most, last=labels[-1])


def seconds_text(seconds: float) -> str:
    """A cost, three figures at most: "0.52 s", "5.9 s", "1,210 s"."""
    digits = 2 if seconds < 1 else 1 if seconds < 100 else 0
    return f"{seconds:,.{digits}f} s"


def duration_text(seconds: float) -> Text:
    """A duration, no finer than it is known: "5 seconds", "2 minutes", "1.5 hours"."""
    if seconds < 90:
        rounded = max(1, round(seconds) if seconds < 10 else 5 * round(seconds / 5))
        return t("{count} second", "{count} seconds", count=rounded)
    if seconds < 90 * 60:
        return t("{count} minute", "{count} minutes", count=round(seconds / 60))
    return t("{hours:.1f} hours", hours=seconds / 3600)
