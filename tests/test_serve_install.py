"""What requirements-serve.txt installs is enough to answer: all pages, without what trains."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mnist_models.settings import PROJECT
from tests.helpers.serving import PAGES

# What a server that only answers has not: no test may find it by the environment it runs in.
ABSENT = ("tensorflow", "keras", "sklearn", "scipy", "unlzw3")
_VISIT = """
import json, sys
sys.modules.update(dict.fromkeys({absent!r}))
from tests.helpers.pages import open_page
said = {{}}
for name in {names!r}:
    page = open_page(name)
    texts = [e.value for kind in (page.caption, page.error, page.warning, page.info) for e in kind]
    disabled = [button.label for button in page.button if button.disabled]
    said[name] = dict(texts=texts, disabled=disabled)
print(json.dumps(said))
"""


def _requirements(name: str) -> set[str]:
    text = (PROJECT / name).read_text(encoding="utf-8")
    return set(re.findall(r"^[a-z0-9-]+(?=[\[><])", text, re.MULTILINE))


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each page says in a process that can import none of what trains, without MNIST."""
    names = [path.strip("/") or "draw" for path in PAGES]
    home = str(tmp_path_factory.mktemp("keras"))
    done = subprocess.run(
        [sys.executable, "-c", _VISIT.format(absent=ABSENT, names=names)],
        cwd=PROJECT,
        env={**os.environ, "MNIST_NPZ": "", "KERAS_HOME": home, "MNIST_RETRAIN": "on"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_every_page_works_and_none_shows_an_error(said: dict[str, Any]) -> None:
    assert len(said) == len(PAGES)
    missing = [text for page in said.values() for text in page["texts"] if "install" in text]
    assert all(text.startswith("Nothing can be trained here") for text in missing)


def test_retrain_and_teach_say_what_to_install_instead(said: dict[str, Any]) -> None:
    sentence = (
        "Nothing can be trained here: this server answers only, without SciPy, TensorFlow and "
        "scikit-learn. Its owner installs what is missing with: pip install -r requirements.txt"
    )
    for page in said.values():
        assert sentence in page["texts"]
        assert "Retrain" in page["disabled"]
    assert "Teach" in said["new_class"]["disabled"]
    assert said["new_class"]["texts"].count(sentence) == 2


def test_the_page_data_shows_the_sample(said: dict[str, Any]) -> None:
    assert any("offline sample, not MNIST" in text for text in said["data"]["texts"])


def test_no_requirement_stands_twice() -> None:
    serve, whole = _requirements("requirements-serve.txt"), _requirements("requirements.txt")
    assert not serve & whole
    assert {"tensorflow", "scikit-learn", "scipy"} <= whole
    assert "-r requirements-serve.txt" in Path(PROJECT, "requirements.txt").read_text()
