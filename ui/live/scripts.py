"""The modules that compute in the browser, as files it can import; and what components share."""

import hashlib
from functools import partial
from pathlib import Path

from ui.live.static_files import publish

_NAMES = (
    "rasterise",
    "networks",
    "channel",
    "gradients",
    "contributions",
    "pixels",
    "perturbations",
    "deepfool",
)  # each after those that it imports


def _read() -> dict[str, tuple[str, bytes]]:
    """Hash and text of each module, which imports others by the names they are published by."""
    scripts: dict[str, tuple[str, bytes]] = {}
    for name in _NAMES:
        text = Path(__file__).with_name(f"{name}.js").read_bytes()
        for other, (sha256, _) in scripts.items():
            text = text.replace(f'"./{other}.js"'.encode(), f'"./{sha256}.js"'.encode())
        scripts[name] = hashlib.sha256(text).hexdigest(), text
    return scripts


_SCRIPTS = _read()
_COMMON = Path(__file__).with_name("common.js").read_text(encoding="utf-8")


def component_script(path: Path) -> str:
    """The script of a component that computes with these modules, after what all such share."""
    return _COMMON + path.read_text(encoding="utf-8")


def scripts() -> dict[str, str]:
    """The address of each module; empty where they cannot be published."""
    addresses = {
        name: publish(sha256, ".js", partial(bytes, script))
        for name, (sha256, script) in _SCRIPTS.items()
    }
    found = {name: address for name, address in addresses.items() if address}
    return found if len(found) == len(_NAMES) else {}
