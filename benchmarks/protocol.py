"""Visitors without a browser: they speak Streamlit's protocol, draw strokes and read the verdicts.

A browser takes a hundred times the processor of what it asks the server for; so these are what a
class of fifty is measured with. What a browser does beside (fetching files, drawing the page) is
not in their seconds.
"""

import asyncio
import base64
import io
import json
import time
from dataclasses import dataclass, field
from typing import Any, Self

from PIL import Image, ImageDraw
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

SIDE = 280  # of the canvas, in pixels
_PATIENCE_S = 120
_MAX_BYTES = 2**24


class ProtocolError(Exception):
    """The server did not answer as a page does."""


@dataclass
class Visitor:
    """One session on Draw.

    Attributes:
        url: of the server, like http://127.0.0.1:8501.
        headers: sent when it connects, for instance a cookie.
        media: the addresses of the pictures that the page has shown so far.
    """

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    media: list[str] = field(default_factory=list)
    _socket: ClientConnection = field(init=False, repr=False)
    _canvas: str = ""
    _fragment: str = ""
    _page: str = ""

    async def __aenter__(self) -> Self:
        address = self.url.replace("http", "ws", 1).rstrip("/") + "/_stcore/stream"
        self._socket = await connect(
            address,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers=self.headers,
            max_size=_MAX_BYTES,
            open_timeout=_PATIENCE_S,
            ping_interval=None,
        )
        await self._run({})
        if not self._canvas:
            raise ProtocolError("The page has no canvas.")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()

    async def draw(self, x: int, slant: int = 0) -> tuple[float, list[str]]:
        """Draw a one at this place on an empty canvas.

        Args:
            x: where it ends, in pixels.
            slant: by how many it begins further right.

        Returns:
            The seconds from sending it to both verdicts, and what the approaches answer.

        Raises:
            ProtocolError: the server does not answer, or says that something went wrong.
        """
        drawing = {"raw": {"objects": [_stroke(x, slant)]}, "data": _picture(x, slant)}
        return await self._run({self._canvas: json.dumps({"drawing": drawing})}, verdicts=2)

    async def _run(self, values: dict[str, str], verdicts: int = 0) -> tuple[float, list[str]]:
        """Have the page run with these values, to its end."""
        message = BackMsg()
        asked = message.rerun_script
        asked.page_script_hash = self._page
        asked.fragment_id = self._fragment if values else ""
        for name, value in values.items():
            asked.widget_states.widgets.add(id=name, json_value=value)
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        answers: list[str] = []
        seconds = 0.0
        while True:
            answer = ForwardMsg()
            async with asyncio.timeout(_PATIENCE_S):
                answer.ParseFromString(await self._socket.recv())  # type: ignore[arg-type]
            if answer.HasField("new_session"):
                self._page = answer.new_session.page_script_hash
            elif answer.HasField("delta"):
                answers += self._look_at(answer.delta)
                if not seconds and len(answers) == verdicts:
                    seconds = time.perf_counter() - began
            elif answer.HasField("script_finished"):
                if len(answers) >= verdicts:
                    return seconds, answers
                if answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    raise ProtocolError(f"The page ended with {len(answers)} verdicts.")

    def _look_at(self, delta: Any) -> list[str]:
        """Remember where the canvas is; returns the verdicts in it."""
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise ProtocolError(f"The page shows an exception: {element.exception.message}")
        if kind == "bidi_component" and "canvas_draw" in element.bidi_component.id:
            self._canvas, self._fragment = element.bidi_component.id, delta.fragment_id
        if kind == "imgs":
            self.media += [picture.url for picture in element.imgs.imgs]
        return [element.metric.body] if kind == "metric" else []


def _stroke(x: int, slant: int) -> dict[str, Any]:
    """As Fabric.js writes it."""
    path = [["M", x + slant, 60.0], ["L", x + slant / 2, 140.0], ["L", x, 220.0]]
    look = {"stroke": "#ffffff", "strokeWidth": 16, "strokeLineCap": "round", "fill": None}
    return {"type": "path", "path": path, "strokeLineJoin": "round", **look}


def _picture(x: int, slant: int) -> str:
    picture = Image.new("RGBA", (SIDE, SIDE), "black")
    ImageDraw.Draw(picture).line([(x + slant, 60), (x, 220)], fill="white", width=16)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
