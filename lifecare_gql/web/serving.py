"""How uvicorn serves the application, wherever it is started."""

from __future__ import annotations

from typing import Any

from lifecare_gql.web.wire import MAX_BODY_BYTES

UVICORN: dict[str, Any] = {
    "loop": "auto",  # uvloop, but on Windows, which has none
    "access_log": False,
    "log_config": None,
    "server_header": False,
    "timeout_graceful_shutdown": 10,
    "http": "lifecare_gql.web.protocols:HttpProtocol",
    "ws": "lifecare_gql.web.protocols:SocketProtocol",
    "timeout_keep_alive": 75,  # longer than a proxy keeps one (nginx: 60 s): who closes must not be asked again
    "ws_max_size": MAX_BODY_BYTES,
    "ws_per_message_deflate": False,  # memory for each socket, and what is compressed can be guessed at
}
