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
from functools import cache
from typing import Any, Self

import httpx
from PIL import Image, ImageDraw
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

SIDE = 280  # of the canvas, in pixels
_PATIENCE_S = 120
_MAX_BYTES = 2**24


class ProtocolError(Exception):
    """The server did not answer as a page does."""


@dataclass
class Session:
    """One connection to a server.

    Attributes:
        url: of the server, like http://127.0.0.1:8501.
        headers: sent when it connects, for instance a cookie.
    """

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    _socket: ClientConnection = field(init=False, repr=False)

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
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()

    async def _send(self, message: BackMsg) -> None:
        await self._socket.send(message.SerializeToString())

    async def _receive(self) -> ForwardMsg:
        answer = ForwardMsg()
        async with asyncio.timeout(_PATIENCE_S):
            answer.ParseFromString(await self._socket.recv())
        return answer


@dataclass
class Visitor(Session):
    """One session on Draw.

    Attributes:
        query: what the address of the page says, like "source=Upload".
        media: the addresses of the pictures that the page has shown so far.
    """

    query: str = ""
    media: list[str] = field(default_factory=list)
    _canvas: str = ""
    _fragment: str = ""
    _page: str = ""
    _session: str = ""
    _uploader: str = ""

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        await self._run()
        if not self._canvas and not self._uploader:
            raise ProtocolError("The page has no canvas and takes no file.")
        return self

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
        value = json.dumps({"drawing": drawing})
        return await self._run(WidgetState(id=self._canvas, json_value=value), verdicts=2)

    async def upload(self, data: bytes, client: httpx.AsyncClient) -> list[str]:
        """Send a file, on the page with `query` "source=Upload"; returns what the page answers.

        Raises:
            ProtocolError: the page shows an exception.
            httpx.HTTPError: the file is not taken.
        """
        request = BackMsg()
        request.file_urls_request.request_id = "1"
        request.file_urls_request.file_names.append("file")
        request.file_urls_request.session_id = self._session
        await self._send(request)
        while not (answer := await self._receive()).HasField("file_urls_response"):
            pass
        [urls] = answer.file_urls_response.file_urls
        if "_streamlit_xsrf" not in client.cookies:
            await client.get(f"{self.url}/_stcore/health")
        token = {"X-Xsrftoken": client.cookies["_streamlit_xsrf"]}
        sent = await client.put(self.url + urls.upload_url, files={"file": data}, headers=token)
        sent.raise_for_status()
        value = WidgetState(id=self._uploader)
        file = value.file_uploader_state_value.uploaded_file_info.add()
        file.name, file.size, file.file_id = "file", len(data), urls.file_id
        file.file_urls.CopyFrom(urls)
        return (await self._run(value))[1]

    async def _run(
        self, value: WidgetState | None = None, verdicts: int = 0
    ) -> tuple[float, list[str]]:
        """Have the page run with this value of a widget, to its end."""
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = self.query
        asked.page_script_hash = self._page
        if value is not None:
            asked.fragment_id = self._fragment
            asked.widget_states.widgets.append(value)
        began = time.perf_counter()
        await self._send(message)
        answers: list[str] = []
        seconds = 0.0
        while True:
            answer = await self._receive()
            if answer.HasField("new_session"):
                self._page = answer.new_session.page_script_hash
                self._session = answer.new_session.initialize.session_id or self._session
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
        if kind == "file_uploader":
            self._uploader, self._fragment = element.file_uploader.id, delta.fragment_id
        if kind == "imgs":
            self.media += [picture.url for picture in element.imgs.imgs]
        return [element.metric.body] if kind == "metric" else []


def _stroke(x: int, slant: int) -> dict[str, Any]:
    """As Fabric.js writes it."""
    path = [["M", x + slant, 60.0], ["L", x + slant / 2, 140.0], ["L", x, 220.0]]
    look = {"stroke": "#ffffff", "strokeWidth": 16, "strokeLineCap": "round", "fill": None}
    return {"type": "path", "path": path, "strokeLineJoin": "round", **look}


@cache  # what a browser does by itself takes none of the time in which others are answered
def _picture(x: int, slant: int) -> str:
    picture = Image.new("RGBA", (SIDE, SIDE), "black")
    ImageDraw.Draw(picture).line([(x + slant, 60), (x, 220)], fill="white", width=16)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
