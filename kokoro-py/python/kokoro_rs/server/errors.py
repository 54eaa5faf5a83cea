"""Errors as clients see them: a status and the body that OpenAI's service gives.

Messages of the library may name files of this machine, so only those that cannot are passed on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from kokoro_rs import KokoroError

INVALID_REQUEST = "invalid_request_error"
SERVER_ERROR = "server_error"


class ApiError(Exception):
    """An answer that is not what was asked for.

    Attributes:
        status: HTTP status.
        message: for people; says what to do.
        type: ``invalid_request_error`` if the client is to change the request, else ``server_error``.
        code: stable name, for programs; that of :attr:`kokoro_rs.KokoroError.kind` where there is one.
        param: the parameter that is wrong, if one is.
        retry_after: seconds after which to try again, if that helps.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str,
        code: str,
        param: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.type = type
        self.code = code
        self.param = param
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}

    def response(self, headers: Mapping[str, str] | None = None) -> Response:
        """The answer."""
        headers = dict(headers or {})
        if self.retry_after is not None:
            # Whole seconds, by the standard; 0 would be an invitation to try without end.
            headers["Retry-After"] = str(max(1, math.ceil(self.retry_after)))
        return JSONResponse(self.body(), self.status, headers)


@dataclass(frozen=True)
class _Answer:
    status: int
    param: str | None = None
    # What the client is told instead of the library's message, which names what is on this machine.
    message: str | None = None


_ANSWERS = {
    "empty_text": _Answer(400, "input"),
    "nothing_to_speak": _Answer(400, "input"),
    "text_too_long": _Answer(400, "input", "the text is too long: cut it into several requests"),
    "unknown_language": _Answer(400, "language"),
    "espeak_not_found": _Answer(400, "language", "this server cannot pronounce that language"),
    "invalid_speed": _Answer(400, "speed"),
    "invalid_voice_name": _Answer(400, "voice"),
    "unknown_voice": _Answer(400, "voice", "there is no such voice: GET /v1/audio/voices lists those there are"),
    "busy": _Answer(503, None, "the server is at its limit of requests: try again later"),
    "shut_down": _Answer(503, None, "the server is shutting down: try again"),
    "timeout": _Answer(504, None, "the request took longer than it may: send a shorter text, or ask for a stream"),
}


def from_kokoro(error: KokoroError) -> ApiError:
    """The answer to a request that the library refused or could not finish."""
    answer = _ANSWERS.get(error.kind)
    if answer is None:
        return internal()
    return ApiError(
        answer.status,
        answer.message or str(error),
        type=INVALID_REQUEST if answer.status < 500 else SERVER_ERROR,
        code=error.kind,
        param=answer.param,
        retry_after=error.retry_after,
    )


def internal() -> ApiError:
    """An error that is none of the client's business; the log has it."""
    return ApiError(500, "the server failed: its log says why", type=SERVER_ERROR, code="internal")


def timeout() -> ApiError:
    """The deadline has passed."""
    answer = _ANSWERS["timeout"]
    return ApiError(answer.status, answer.message or "", type=SERVER_ERROR, code="timeout")


def not_loaded() -> ApiError:
    """The model could not be loaded."""
    message = "the model could not be loaded: the server's log says why"
    return ApiError(503, message, type=SERVER_ERROR, code="not_ready")


def body_too_large(limit: int) -> ApiError:
    """The body of the request has more bytes than it may."""
    message = f"the body of the request has more than {limit} bytes: cut the text into several requests"
    return ApiError(413, message, type=INVALID_REQUEST, code="body_too_large")


def from_http(error: HTTPException) -> ApiError:
    """What Starlette, FastAPI or a dependency says: a path that there is not, a missing key."""
    code = HTTPStatus(error.status_code).name.lower()
    kind = INVALID_REQUEST if error.status_code < 500 else SERVER_ERROR
    return ApiError(error.status_code, str(error.detail), type=kind, code=code)


def from_validation(errors: Sequence[Mapping[str, Any]]) -> ApiError:
    """A body that is not JSON, or whose parameters are not what they must be; the first of them is named."""
    first: Mapping[str, Any] = errors[0] if errors else {"type": "invalid", "msg": "invalid request", "loc": ()}
    if first["type"] == "json_invalid":
        return ApiError(400, "the body is not valid JSON", type=INVALID_REQUEST, code="invalid_json")
    places = [str(place) for place in first["loc"] if place not in ("body", "query")]
    # Of a union, the place ends with the name of a member; the parameter is the first.
    param = places[0] if places else None
    if param is None:
        return ApiError(422, "send a JSON object, as application/json", type=INVALID_REQUEST, code="invalid_body")
    code = {"missing": "missing_parameter", "extra_forbidden": "unknown_parameter"}.get(first["type"], "invalid_value")
    return ApiError(422, f"{param}: {first['msg']}", type=INVALID_REQUEST, code=code, param=param)
