"""Catalogues as files: brought up to date with the code, compiled, and checked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from languages.extraction import Key, templates
from mnist_models.translation import LOCALE

_NEVER = datetime(2026, 1, 1, tzinfo=UTC)  # a date in a file would be a change without one


def catalogue_files() -> list[Path]:
    """The .po of each language."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/messages.po"))


def update(path: Path) -> None:
    """Give a catalogue the templates of the code, and compile it; its translations stay.

    What the code says no more goes; what is new is empty, and stays English until it is translated.
    """
    before, after = _read(path), _empty(path)
    for (template, plural), places in templates().items():
        known = before.get(template)
        forms = _forms(known) if known else [""]
        after.add(
            (template, plural) if plural else template,
            tuple(forms) if plural else forms[0],
            locations=[(place, None) for place in places if "/" in place],  # type: ignore[misc]
            auto_comments=[place for place in places if "/" not in place],
        )
    with path.open("wb") as file:
        write_po(file, after, width=100, sort_output=False)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, after)


def problems(path: Path) -> Iterator[str]:
    """A line for all that is wrong with a catalogue, to be mended by hand or by `update`."""
    catalogue, wanted = _read(path), templates()
    known = {_key(message): message for message in catalogue if message.id}
    yield from (f"vanished from the code: {key[0]!r}" for key in known.keys() - wanted.keys())
    for key in wanted:
        forms = _forms(known[key]) if key in known else [""]
        if not all(forms):
            yield f"not translated: {key[0]!r}"
        yield from (p for form in forms if form for p in _wrong_fields(key, form))
    with path.with_suffix(".mo").open("rb") as file:
        if _said(read_mo(file)) != _said(catalogue):
            yield "the .mo is not what the .po says"


def _said(catalogue: Catalog) -> dict[Key, list[str]]:
    return {_key(m): _forms(m) for m in catalogue if m.id and all(_forms(m))}


def _wrong_fields(key: Key, form: str) -> Iterator[str]:
    template, plural = key
    allowed = _fields(template) | _fields(plural)
    needed = _fields(plural or template) - ({"count"} if plural else set())
    try:
        fields = _fields(form)
    except ValueError as error:
        yield f"{form!r}: {error}"
        return
    if fields - allowed or needed - fields:
        yield f"{template!r} has the fields {sorted(allowed)}, {form!r} has {sorted(fields)}"


def _fields(form: str) -> set[str]:
    if "{" not in form.replace("{{", ""):
        return set()
    return {name for _, name, _, _ in Formatter().parse(form) if name}


def _key(message: Message) -> Key:
    template, plural = (message.id, "") if isinstance(message.id, str) else message.id
    return template, plural


def _forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=_locale(path))


def _empty(path: Path) -> Catalog:
    return Catalog(
        locale=_locale(path),
        header_comment="# How this file is used, stands in CONTRIBUTING.md.",
        project="One model or ten?",
        version="1",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
        creation_date=_NEVER,
        revision_date=_NEVER,
        fuzzy=False,
    )


def _locale(path: Path) -> str:
    return path.parent.parent.name
