"""Text for people: English sentences as templates with named fields, said in their language.

Everything that people read goes through `t`, whole sentences at a time, so that each can be read
where it stands and said in another language: a template is the key of its translation. What is made
while modules are imported, or kept for several people, is said anew by `translated` where it is
shown; as a field of another text it is said anew by itself.
"""

import re
from functools import lru_cache, reduce
from typing import Any, Self, TypeVar

from mnist_models.translation import ENGLISH, form_in, language, speaking

# Where no line ends: between a number and its unit, and around the sign of a p value.
_TOGETHER = re.compile(
    r"(?<=\d) (?=(?:%|px|kB|MB|GB|ms|s)(?!\w))|(?<=\bp) (?=[=<])|(?<=\bp [=<]) (?=\d)"
)


@lru_cache(maxsize=4096)  # pages say mostly what they said at the last rerun
def _held_together(sentence: str) -> str:
    return _TOGETHER.sub("\N{NO-BREAK SPACE}", sentence)


class Text(str):
    """A sentence in the language that was spoken when it was made; it knows what it is made of.

    No line ends between a number and its unit: the space there is one without a break.

    Attributes:
        language: in which it is said.
        template: in English, as it stands in the code; for one thing, where a plural was given.
        plural: for any number but one; empty if there is no such form.
        fields: what was put in: numbers, names, other texts.
    """

    language: str
    template: str
    plural: str
    fields: dict[str, Any]

    def __new__(cls, template: str, plural: str = "", fields: dict[str, Any] | None = None) -> Self:
        """Fill in a template."""
        fields, spoken = fields or {}, language()
        form = form_in(spoken, template, plural, fields["count"] if plural else 1)
        if fields:
            form = form.format_map({name: translated(field) for name, field in fields.items()})
        text = super().__new__(cls, _held_together(form))
        text.language = spoken
        text.template, text.plural, text.fields = template, plural, fields
        return text

    @staticmethod
    def to_json(text: str, longest: int = 2000) -> Any:
        """What a text is made of, as JSON can hold it: `from_json` makes the same of it.

        Args:
            text: a Text, or any other string, which is taken as it is.
            longest: how many characters of a field are kept.
        """
        if not isinstance(text, Text):
            return str(text)[:longest]
        fields: dict[str, Any] = {}
        for name, value in text.fields.items():
            plain = value.item() if hasattr(value, "item") else value  # NumPy's numbers
            is_number = isinstance(plain, int | float)
            fields[name] = plain if is_number else Text.to_json(plain, longest)
        return {"template": text.template, "plural": text.plural, "fields": fields}

    @classmethod
    def from_json(cls, values: Any) -> Self:
        """What `to_json` was given.

        Raises:
            TypeError, KeyError, ValueError: it is something else.
        """
        if isinstance(values, str):
            return cls("{text}", fields={"text": values}) if values else cls("")
        fields = {
            name: cls.from_json(value) if isinstance(value, dict) else value
            for name, value in values["fields"].items()
        }
        return cls(str(values["template"]), str(values["plural"]), fields)

    def __reduce__(self) -> tuple[type[Self], tuple[str, str, dict[str, Any]]]:
        """For copies, and for what Streamlit keeps."""
        return type(self), (self.template, self.plural, self.fields)


def t(template: str, plural: str = "", /, **fields: Any) -> Text:
    """A text for people.

    Args:
        template: what it says in English, the fields in braces as `str.format` takes them; a brace
            of its own is doubled, if there are fields.
        plural: what it says of any number but one, by the field `count`.
        fields: what is put in by name.

    Raises:
        KeyError: a field is missing.
    """
    return Text(template, plural, fields)


def paragraph(*sentences: str) -> Text:
    """Whole sentences after each other, those that are empty left out."""
    return reduce(
        lambda text, more: t("{text} {more}", text=text, more=more) if text else _as_text(more),
        filter(None, sentences),
        Text(""),
    )


def _as_text(sentence: str) -> Text:
    if isinstance(sentence, Text):
        return translated(sentence)
    return Text("{text}", fields={"text": sentence})


T = TypeVar("T")
K = TypeVar("K")


def translated(text: T) -> T:
    """The same in the language that is spoken now; what is no `Text` as it is."""
    if isinstance(text, Text) and text.language != language():
        return type(text)(text.template, text.plural, text.fields)
    return text


class Texts(dict[K, str]):
    """Texts by a key, each said in the language that is spoken when it is looked up."""

    def __getitem__(self, key: K, /) -> str:
        return translated(super().__getitem__(key))

    def get(self, key: Any, default: Any = None, /) -> Any:
        """The text of the key, or the default."""
        return translated(super().get(key, default))

    def items(self) -> Any:
        """All keys with their texts."""
        return [(key, self[key]) for key in self]

    def values(self) -> Any:
        """All texts."""
        return [self[key] for key in self]


def in_english(text: str) -> str:
    """The same in English, as addresses and files hold it, whoever reads the page."""
    with speaking(ENGLISH):
        return translated(text)
