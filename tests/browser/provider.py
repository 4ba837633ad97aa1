"""An OpenID Connect provider for tests: it signs in, without asking, whoever the test says."""

import base64
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "dashboard", "a-secret-between-dashboard-and-provider"


class Provider:
    """Serves discovery, authorization, tokens and keys on a free port of 127.0.0.1; started by making it.

    claims: what the next person who signs in is, such as {"email": "anna@school.example", "email_verified": True}.
    address: without a slash at the end.
    """

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self._key = RSAKey.generate_key(2048, parameters={"kid": "test", "use": "sig", "alg": "RS256"})
        self._sessions: dict[str, tuple[str, dict[str, Any]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Answer nothing any more."""
        self._server.shutdown()
        self._server.server_close()

    def secrets(self) -> str:
        """Return the secrets.toml with which the dashboard asks this provider."""
        return "\n".join(
            (
                "[auth]",
                'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"',
                f'cookie_secret = "{secrets.token_hex(32)}"',
                f'client_id = "{CLIENT}"',
                f'client_secret = "{SECRET}"',
                f'server_metadata_url = "{self.address}/.well-known/openid-configuration"',
            )
        )

    def discovery(self) -> dict[str, Any]:
        """Return where everything is."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Return the address to which the browser goes on, with a code for the person of this moment."""
        code = secrets.token_hex(8)
        self._sessions[code] = (query.get("nonce", ""), dict(self.claims))
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, code: str) -> dict[str, Any]:
        """Return the tokens for a code, which counts once."""
        nonce, claims = self._sessions.pop(code)
        now = int(time.time())
        claims = {"sub": claims.get("email", "nobody"), **claims, "iss": self.address, "aud": CLIENT}
        claims |= {"iat": now, "exp": now + 600} | ({"nonce": nonce} if nonce else {})
        signed = jwt.encode({"alg": "RS256", "kid": "test"}, claims, self._key)
        return {"access_token": secrets.token_hex(8), "token_type": "Bearer", "expires_in": 600, "id_token": signed}

    def keys(self) -> dict[str, Any]:
        """Return the public key that the tokens are signed with."""
        return {"keys": [self._key.as_dict(private=False)]}

    def _handler(provider) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                where = urlsplit(self.path)
                if where.path == "/authorize":
                    query = {name: values[0] for name, values in parse_qs(where.query).items()}
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(query))
                    self.end_headers()
                elif where.path == "/keys":
                    self._say(provider.keys())
                else:
                    self._say(provider.discovery())

            def do_POST(self) -> None:
                query = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                given = base64.b64decode(self.headers["Authorization"].partition(" ")[2]).decode()
                if given == f"{CLIENT}:{SECRET}":
                    self._say(provider.token(query["code"][0]))
                else:
                    self.send_error(401)

            def _say(self, content: dict[str, Any]) -> None:
                body = json.dumps(content).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: object) -> None:
                pass

        return Handler
