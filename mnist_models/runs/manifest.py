"""What every run.json has to say, checked before anything in it is believed."""

from typing import Any

from mnist_models.learning.approaches import APPROACHES

FORMAT = 1
# What every run.json has, and of which type; `_ENTRY` is what it has for each approach.
_MANIFEST: dict[str, Any] = {
    "created": str,
    "fingerprint": str,
    "classes": list,
    "files": dict,
    "approaches": dict,
    "dataset": {"name": str, "train_rows": int, "test_rows": int},
    "recipe": {
        "name": str,
        "hidden": list,
        "negative_slope": float,
        "dropout": (float, list),
        "sampling": str,
    },
}
_ENTRY: dict[str, Any] = {
    "layers": list,
    "members": int,
    "parameters": int,
    "seconds": float,
    "rows": list,
    "distinct_rows": int,
}


def check_manifest(manifest: Any) -> None:
    """Refuse what is no manifest of a run.

    Raises:
        ValueError: it is of another format, or something is absent or of another type.
    """
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ValueError("not a manifest of this format")
    _check_types(manifest, _MANIFEST)
    entries = [manifest["approaches"][a] for a in APPROACHES if a in manifest["approaches"]]
    if not entries or not manifest["classes"]:
        raise ValueError("no approach or no class")
    for entry in entries:
        _check_types(entry, _ENTRY)


def _check_types(values: Any, expected: dict[str, Any]) -> None:
    if not isinstance(values, dict):
        raise ValueError("not an object")
    for name, kind in expected.items():
        if isinstance(kind, dict):
            _check_types(values.get(name), kind)
        elif not isinstance(values.get(name), kind) and not (
            kind is float and isinstance(values.get(name), int)  # 0.0 may be written as 0
        ):
            raise ValueError(f"no {name}")
