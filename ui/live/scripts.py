"""The modules that compute in the browser, as files that it can import."""

import hashlib
from functools import partial
from pathlib import Path

from ui.live.static_files import publish

_NAMES = ("rasterise", "networks", "channel")
_SCRIPTS = {name: Path(__file__).with_name(f"{name}.js").read_bytes() for name in _NAMES}


def scripts() -> dict[str, str]:
    """The address of each module; empty where they cannot be published."""
    addresses = {
        name: publish(hashlib.sha256(script).hexdigest(), ".js", partial(bytes, script))
        for name, script in _SCRIPTS.items()
    }
    found = {name: address for name, address in addresses.items() if address}
    return found if len(found) == len(_NAMES) else {}
