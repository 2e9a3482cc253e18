"""The README keeps its promises: two commands, figures of the shipped runs, links that lead on."""

import re
import shutil
from pathlib import Path

import pytest

from benchmarks.results import README, readme_with_results, shipped_runs
from mnist_models.settings import trained_folder

TEXT = README.read_text(encoding="utf-8")
PROJECT = README.parent


def test_the_tables_are_those_of_the_shipped_runs() -> None:
    if shutil.which("git") is None or not (PROJECT / ".git").exists():
        pytest.skip("only git knows which runs are shipped")
    assert readme_with_results(TEXT, shipped_runs()) == TEXT


def test_two_commands_install_and_run_and_install_and_test() -> None:
    before_results = TEXT.split("## Results")[0]
    commands = re.findall(r"```bash\n(.*?)```", before_results, re.DOTALL)
    assert [command.count("\n") for command in commands] == [1, 1]
    run, test = commands
    assert run.endswith("pip install -r requirements.txt && streamlit run app.py\n")
    assert test.endswith("pip install -r requirements-dev.txt && pytest\n")


def test_the_chinese_readme_has_the_same_commands_and_settings() -> None:
    chinese = README.with_name("README.zh-TW.md").read_text(encoding="utf-8")

    def named(text: str) -> tuple[set[str], list[str], list[str]]:
        commands = re.findall(r"^python -m mnist_models \w+", text, re.MULTILINE)
        two = re.findall(r"^python3 -m venv .*$", text, re.MULTILINE)
        return set(re.findall(r"MNIST_[A-Z_]+", text)), commands, two

    assert named(chinese) == named(TEXT)


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "README.zh-TW.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "docs/deploy.md",
        "docs/teaching.md",
    ],
    ids=lambda name: name,
)
def test_links_and_pictures_lead_to_files(document: str) -> None:
    text = (PROJECT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert [n for n in links if not ((PROJECT / document).parent / n).exists()] == []


def test_shipped_runs_are_named_in_gitignore() -> None:
    """Otherwise a run that is committed once could not be committed again after a change."""
    if not (PROJECT / ".git").exists():
        pytest.skip("only git knows which runs are shipped")
    ignored = Path(PROJECT / ".gitignore").read_text(encoding="utf-8")
    names = [run.name for run in shipped_runs()]
    assert trained_folder().is_dir()
    assert names
    assert [name for name in names if f"!/trained/{name}/" not in ignored] == []
