"""Which languages there are, which one is spoken here, and what a template says in it.

A language is its catalogue, `locale/<language>/LC_MESSAGES/messages.po`, and needs no code: the key
of a translation is the English template. English has no catalogue.

Nothing of the process says which language is spoken. It is a context variable, which every thread
has for itself; where it is not set, whoever draws pages is asked for whom this thread draws.
"""

import gettext
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TypeVar

LOCALE = Path(__file__).resolve().parents[1] / "locale"
ENGLISH = "en"
R = TypeVar("R")
# What a catalogue says of itself, by these keys.
NAME = "English"  # the language's name, in that language
BROWSERS = "en"  # what browsers that it is for call theirs, as in "zh-TW zh-HK zh-Hant"

_spoken: ContextVar[str] = ContextVar("language")
_ask: Callable[[], str | None] = lambda: None  # noqa: E731


def ask_for_language(ask: Callable[[], str | None]) -> None:
    """Have this function say for whom a thread works that has not been told its language.

    Args:
        ask: returns the language, or None if the thread works for nobody in particular.
    """
    global _ask
    _ask = ask


def language() -> str:
    """The language of whoever reads what is written here, like "zh-TW"; else English."""
    return _spoken.get(None) or _ask() or ENGLISH


def speak(tag: str) -> None:
    """Write in this language from now on in this thread, be it one of `languages`."""
    _spoken.set(tag)


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Write in this language meanwhile."""
    token = _spoken.set(tag)
    try:
        yield
    finally:
        _spoken.reset(token)


def in_this_language(make: Callable[[], R]) -> Callable[[], R]:
    """The same function, which writes in the language of now whenever and wherever it runs."""
    tag = language()

    def make_so() -> R:
        with speaking(tag):
            return make()

    return make_so


@cache
def languages() -> dict[str, str]:
    """All languages with their own names: {"en": "English", "zh-TW": "繁體中文"}."""
    tags = sorted(path.name.replace("_", "-") for path in LOCALE.glob("*") if path.is_dir())
    return {ENGLISH: NAME} | {tag: _catalogue(tag).gettext(NAME) for tag in tags}


def fitting_language(asked: object) -> str | None:
    """The language for a browser that asks for "zh-Hant-HK"; None if there is none."""
    if not isinstance(asked, str):
        return None
    wanted = f"{asked}-".lower().replace("_", "-")
    for tag in languages():
        known = BROWSERS if tag == ENGLISH else _catalogue(tag).gettext(BROWSERS)
        if any(wanted.startswith(f"{each}-".lower()) for each in (tag, *known.split())):
            return tag
    return None


def form_in(tag: str, template: str, plural: str, count: float) -> str:
    """What a template says in a language, before its fields are filled in.

    Args:
        tag: the language.
        template, plural: in English, see `text.t`; its own form where there is no translation.
        count: how many things it speaks of.
    """
    if tag == ENGLISH or not template:
        return plural if plural and count != 1 else template
    catalogue = _catalogue(tag)
    if not plural:
        return catalogue.gettext(template)
    whole = int(count) if count == int(count) else 2  # what is no whole number is several
    return catalogue.ngettext(template, plural, whole)


@cache
def _catalogue(tag: str) -> gettext.NullTranslations:
    return gettext.translation("messages", LOCALE, [tag.replace("-", "_")])
