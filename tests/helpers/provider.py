"""A sign-in provider (OpenID Connect) on this machine, where everyone is who the test says."""

import contextlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "the-demo"


class Provider:
    """What it says of whoever signs in next.

    Attributes:
        url: its address, the issuer of its tokens.
        claims: what stands in the token beside what must.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.claims: dict[str, Any] = {"email": "ada@example.org", "email_verified": True}
        self._key = RSAKey.generate_key(2048, {"kid": "only", "use": "sig", "alg": "RS256"})
        self._nonces: dict[str, str] = {}

    def answer(self, path: str, asked: dict[str, str]) -> dict[str, Any] | str:
        """JSON, or the address to go to."""
        if path == "/authorize":
            code = secrets.token_urlsafe()
            self._nonces[code] = asked["nonce"]
            return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})
        if path == "/token":
            token = self._token(self._nonces.pop(asked["code"]))
            return {"access_token": "none", "token_type": "Bearer", "id_token": token}
        if path == "/keys":
            return {"keys": [self._key.as_dict(private=False)]}
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _token(self, nonce: str) -> str:
        now = int(time.time())
        who = {"iss": self.url, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 600}
        header = {"alg": "RS256", "kid": "only"}
        return jwt.encode(header, {**who, "nonce": nonce, **self.claims}, self._key)

    def secrets_toml(self) -> str:
        """The section `[auth]` of an app that asks this provider."""
        return f"""
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "{secrets.token_urlsafe(32)}"
client_id = "{CLIENT}"
client_secret = "nobody knows"
server_metadata_url = "{self.url}/.well-known/openid-configuration"
"""


@contextlib.contextmanager
def provide() -> Iterator[Provider]:
    """Run a provider in a thread of this process."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, query: str) -> None:
            asked = {name: values[0] for name, values in parse_qs(query).items()}
            answer = provider.answer(urlsplit(self.path).path, asked)
            self.send_response(302 if isinstance(answer, str) else 200)
            if isinstance(answer, str):
                self.send_header("Location", answer)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"" if isinstance(answer, str) else json.dumps(answer).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
