"""A step of the tour as its author wrote it: Markdown with widgets, a guess and fields.

`docs/teaching.md` says how one is written. Whatever is wrong with a file is said with its name and
line, since its author may know no Python and reads it on the page.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from mnist_models.errors import ExpectedError
from mnist_models.formatting import commas
from mnist_models.settings import PROJECT
from mnist_models.text import t
from mnist_models.translation import ENGLISH

FOLDER = PROJECT / "tour"
GUESS, RIGHT, OUTCOME = "guess", "right", "outcome"
_MARKER = re.compile(r"\{\{([^{}]*)\}\}\s*")
_ANSWER = re.compile(r"[-*]\s+(?:\[(?P<mark>[ xX])\]\s+)?(?P<answer>.+)")
_SPEC = re.compile(r",?(\.\d)?[%df]?")  # how a field may ask for its number


class StepError(ExpectedError):
    """A file of the tour is not as it should be."""


@dataclass(frozen=True)
class Prose:
    """A paragraph of Markdown.

    Attributes:
        text: with its fields.
        fields: their names.
    """

    text: str
    fields: frozenset[str]

    def filled(self, values: Mapping[str, object]) -> str:
        """The paragraph with these values; empty if one of them is None."""
        if any(values[name] is None for name in self.fields):
            return ""
        return self.text.format_map(values)


@dataclass(frozen=True)
class Guess:
    """A question with at least two answers.

    Attributes:
        question: what is asked.
        answers: to choose from.
        right: the number of the right one; None if none is marked, since it depends.
    """

    question: str
    answers: tuple[str, ...]
    right: int | None = None


@dataclass(frozen=True)
class Widget:
    """A part of another page, by its name."""

    name: str


@dataclass(frozen=True)
class Outcome:
    """From here on it is told what happened, once somebody wants to know."""


Part = Prose | Guess | Widget | Outcome


@dataclass(frozen=True)
class Step:
    """What a file says."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Names:
    """What a file may name.

    Attributes:
        widgets: the names of widgets.
        fields: the names of fields.
        alone: widgets of which a step has room for one.
    """

    widgets: Collection[str]
    fields: Collection[str]
    alone: Collection[str] = ()


def step_names(folder: Path | None = None) -> list[str]:
    """The files of all steps in their order; English has all of them.

    Raises:
        StepError: there is none, or a number is missing.
    """
    folder = folder or FOLDER
    names = sorted(path.name for path in (folder / ENGLISH).glob("*.md"))
    wanted = list(range(1, len(names) + 1))
    if not names or [_number(name) for name in names] != wanted:
        raise StepError(
            t(
                "The files in {folder} are to begin with 1-, 2- and so on, at most 9-, and none "
                "may be missing. There are: {names}.",
                folder=_shown(folder / ENGLISH),
                names=commas(names) or "–",
            )
        )
    return names


def step_path(name: str, language: str, folder: Path | None = None) -> tuple[Path, str]:
    """The file of a step in a language, and a sentence if it is there in English only."""
    folder = folder or FOLDER
    path = folder / language.replace("-", "_") / name
    if path.is_file():
        return path, ""
    missing = t("{file} is missing, so this step is in English.", file=_shown(path))
    return folder / ENGLISH / name, missing


def read_step(path: Path, names: Names) -> Step:
    """What a file says.

    Raises:
        StepError: it cannot be read, or something in it cannot be meant.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise StepError(
            t("{file} cannot be read. It is to be a text file in UTF-8.", file=_shown(path))
        ) from error
    return parse_step(text, _shown(path), names)


def parse_step(text: str, file: str, names: Names) -> Step:
    """The same of a text.

    Args:
        text: what the file says.
        file: its name, for errors.
        names: what it may name.

    Raises:
        StepError: something in it cannot be meant.
    """
    lines = [*re.sub(r"<!--.*?-->", _blank, text, flags=re.DOTALL).splitlines()]
    first = next((k for k, line in enumerate(lines) if line.strip()), 0)
    title = lines[first].removeprefix("# ").strip() if lines else ""
    if not title or not lines[first].startswith("# "):
        raise _error(
            file, first, t("A step begins with its title, as in “# Draw until they disagree”.")
        )
    lines[first] = ""
    parts = tuple(_parts(lines, file, names))
    if sum(isinstance(part, Guess) for part in parts) > 1:
        raise _error(file, first, t("A step has one guess."))
    return Step(title, parts)


def _parts(lines: Sequence[str], file: str, names: Names) -> Iterator[Part]:
    used: dict[str, int] = {}
    for start, block in _blocks(lines):
        marker = _MARKER.fullmatch(block[0])
        if marker is None:
            yield _prose(block, start, file, names)
            continue
        name = marker[1].strip()
        if name == GUESS:
            yield _guess(block[1:], start, file)
            continue
        if name == OUTCOME:
            yield Outcome()
            if block[1:]:
                yield _prose(block[1:], start + 1, file, names)
            continue
        _check_widget(name, start, file, names, used)
        used[name] = start
        yield Widget(name)
        if block[1:]:
            yield _prose(block[1:], start + 1, file, names)


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Lines without an empty one between them, and where they begin; a marker begins one."""
    block: list[str] = []
    for number, line in enumerate([*lines, ""]):
        if block and (not line.strip() or _MARKER.fullmatch(line)):
            yield number - len(block), block
            block = []
        if line.strip():
            block.append(line)


def _check_widget(name: str, line: int, file: str, names: Names, used: Mapping[str, int]) -> None:
    if name not in names.widgets:
        known = commas(sorted([*names.widgets, GUESS, OUTCOME]))
        raise _error(
            file, line, t("There is no widget “{name}”. There are {known}.", name=name, known=known)
        )
    if name in used:
        raise _error(file, line, t("“{name}” stands twice; a step shows it once.", name=name))
    if other := next((n for n in used if {n, name} <= set(names.alone)), None):
        both = commas([other, name])
        raise _error(
            file, line, t("A step has room for one canvas, and not for {both}.", both=both)
        )


def _prose(block: Sequence[str], line: int, file: str, names: Names) -> Prose:
    text = "\n".join(block)
    try:
        found = [(name, spec) for _, name, spec, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        found = [("", "")]
    for name, spec in found:
        if not name or not _SPEC.fullmatch(spec or ""):
            raise _error(
                file, line, t("Braces stand around the name of a field; others are doubled.")
            )
        if name not in {*names.fields, GUESS, RIGHT}:
            known = commas(sorted({*names.fields, GUESS, RIGHT}))
            raise _error(
                file,
                line,
                t("There is no field “{name}”. There are {known}.", name=name, known=known),
            )
    return Prose(text, frozenset(name for name, _ in found))


def _guess(block: Sequence[str], line: int, file: str) -> Guess:
    found = [match for each in block if (match := _ANSWER.fullmatch(each.strip()))]
    answers = [match["answer"].strip() for match in found]
    right = [k for k, match in enumerate(found) if (match["mark"] or " ") in "xX"]
    question = " ".join(each.strip() for each in block if not _ANSWER.fullmatch(each.strip()))
    if not question or len(answers) < 2:
        raise _error(
            file,
            line,
            t("Below the guess stand a question and at least two answers, each after a “-”."),
        )
    if len(right) > 1:
        raise _error(file, line, t("One answer is right: mark one with “[x]”, or none."))
    return Guess(question, tuple(answers), right[0] if right else None)


def _error(file: str, line: int, what: str) -> StepError:
    return StepError(t("{file}, line {line}: {what}", file=file, line=line + 1, what=what))


def _blank(comment: re.Match[str]) -> str:
    return "\n" * comment[0].count("\n")


def _number(name: str) -> int:
    return int(name[0]) if re.match(r"\d-", name) else 0


def _shown(path: Path) -> str:
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else path.name
