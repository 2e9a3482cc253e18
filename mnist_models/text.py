"""Text for people: English sentences as templates with named fields.

Everything that people read goes through `t`, whole sentences at a time, so that each can be read
where it stands and said in another language: a template is the key of its translation.
"""

import re
from typing import Any, Self

# Where no line ends: between a number and its unit, and around the sign of a p value.
_TOGETHER = re.compile(
    r"(?<=\d) (?=(?:%|px|kB|MB|GB|ms|s)(?!\w))|(?<=\bp) (?=[=<])|(?<=\bp [=<]) (?=\d)"
)


class Text(str):
    """A sentence in English that knows its template and its fields.

    No line ends between a number and its unit: the space there is one without a break.

    Attributes:
        template: as it stands in the code, for one thing and for any other number of things the
            same where no plural was given.
        plural: for any number but one; empty if there is no such form.
        fields: what was put in: numbers, names, other texts.
    """

    template: str
    plural: str
    fields: dict[str, Any]

    def __new__(cls, template: str, plural: str = "", fields: dict[str, Any] | None = None) -> Self:
        """Fill in a template."""
        fields = fields or {}
        form = plural if plural and fields["count"] != 1 else template
        filled = form.format_map(fields) if fields else form
        text = super().__new__(cls, _TOGETHER.sub("\N{NO-BREAK SPACE}", filled))
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
    fields = {f"s{k}": sentence for k, sentence in enumerate(filter(None, sentences))}
    return Text(" ".join(f"{{{name}}}" for name in fields), fields=fields)
