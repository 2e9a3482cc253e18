"""What a page shows as text, and whether it is the language that it should be."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

# Fields of Streamlit's messages that people do not read.
_NOT_READ = re.compile(
    r"^draw_button_label$|(^|_)(content|uuid|language|id|ids|key|hash|icon|url|urls|type|mime|color|format|page|name|query_string|emoji"
    r"|class|theme|mode|shortcut|value_type|component_name|css|js|javascript|timezone|src|ref)$"
)
# Keys of a chart's specification below which people read text.
_READ_IN_CHARTS = {"title", "domain", "text", "labelExpr"}
# Keys of what a component is given below which people read text, which its script may fill in.
_READ_IN_COMPONENTS = {"label", "words", "says", "texts", "names", "failed", "spoken", "hint"}
_NO_WORDS = re.compile(
    r"`[^`]*`|:material/\w+:|:[a-z]+\[|https?://\S+|python -m [\w ./-]+|pip install [\w -]+(\.txt)?"
    r"|\b[\w-]+\.(npz|csv|json|gz|toml|html|zip|md|js|css)\b|\b\w+/[\w./-]*|<(style|script)\b.*?</\2>"
    r"|\{\w+\}|\[(name|d)\]|\(?None, \d+\)?|\$[^$]*\$|data:image\S+",
    re.DOTALL,
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]+(?:-[A-Za-z]+)*")
_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# What is called the same in both languages: names, units, and what stands in files and commands.
NAMES = set(
    """MNIST Keras TensorFlow Wilson McNemar ReLU LeakyReLU Sigmoid Softmax Dropout One-hot
    ROC Adam RMSprop README scikit-learn UCI Machine Learning Repository CC BY-SA BY Ethem Alpaydin
    Cenk Kaynak Yann LeCun Corinna Cortes Christopher Burges PNG JPEG WebP GIF TIFF BMP HEIC AVIF
    PDF CSV JSON Cookie Enter MB kB GB px ms logit https localhost SHA sha strong evaluate
    Fashion-MNIST reference pens slides-a slides-b slides-c article term-project ladder record
    all undersample fresh weighted resample hard oversample weight weights single multi None
    English trained git RUN Streamlit auth vs epoch DeepFool Bonferroni
    Simard Rasmus Meier Ciresan arXiv Omniglot
    Rifkin Klautau Dietterich Bakiri Padhy Li""".split()  # noqa: SIM905
)


def foreign_words(text: str, language: str) -> list[str]:
    """The words of a text that are not of the language; names are of any."""
    if language == "en":
        return [text] if _CHINESE.search(text.replace("繁體中文", "")) else []
    plain = _NO_WORDS.sub(" ", text)
    return [word for word in _WORD.findall(plain) if word not in NAMES]


def shown_texts(page: AppTest) -> Iterator[str]:
    """All text that a page sends to the browser: labels, tables, HTML, charts and components."""
    for root in (page.main, page.sidebar, page._tree[2] if 2 in page._tree.children else page.main):
        yield from _of_node(root)


def _of_node(node: Any) -> Iterator[str]:
    if isinstance(proto := getattr(node, "proto", None), Message):
        yield from _of_message(proto)
    for child in getattr(node, "children", {}).values():
        yield from _of_node(child)


def _of_message(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        if _NOT_READ.search(field.name):
            continue
        for each in value if field.is_repeated else [value]:
            if isinstance(each, Message):
                yield from _of_message(each)
            elif isinstance(each, bytes):
                yield from _of_arrow(each)
            elif isinstance(each, str):
                yield from _of_text(field.name, each)


def _of_text(name: str, text: str) -> Iterator[str]:
    if name in ("spec", "json", "columns", "config"):
        try:
            values = json.loads(text)
        except ValueError:
            return
        yield from _of_chart(values) if name == "spec" else _of_json(values)
    else:
        yield from of_html(text)


def _of_arrow(data: bytes) -> Iterator[str]:
    try:
        frame = pa.ipc.open_stream(data).read_pandas()
    except (pa.ArrowInvalid, OSError):
        return
    for column in frame:
        yield from (value for value in frame[column] if isinstance(value, str))


def _of_json(values: Any, *, read: bool = False) -> Iterator[str]:
    if isinstance(values, str):
        is_text = "<" in values or " " in values or _CHINESE.search(values)
        if read or (is_text and not values.startswith('{"')):
            yield from of_html(values)
    elif isinstance(values, dict):
        for key, value in values.items():
            yield from _of_json(value, read=read or key in _READ_IN_COMPONENTS)
    elif isinstance(values, list):
        for value in values:
            yield from _of_json(value, read=read)


def _of_chart(node: Any, *, read: bool = False) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _of_chart(value, read=key in _READ_IN_CHARTS)
    elif isinstance(node, list):
        for each in node:
            yield from _of_chart(each, read=read)
    elif read and isinstance(node, str):
        yield re.sub(r"split\(datum.*", "", node)


def of_html(body: str) -> Iterator[str]:
    """What stands between its tags, and what is said in its place."""
    shown = re.sub(r"<(style|script)\b.*?</\1>", "", body, flags=re.DOTALL)
    said = r"(?:aria-label|alt|title|data-facts|data-text|placeholder)=(?:'([^']*)'|\"([^\"]*)\")"
    for found in re.findall(said, shown):
        yield from map(html.unescape, found)
    yield from map(html.unescape, re.split(r"<[^>]*>", shown))
