"""Routes that answer in OpenAI's form whatever app they are mounted in, and read no more of a body than they may."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive

from kokoro_rs import KokoroError

from . import errors


class _BodyTooLarge(HTTPException):
    """FastAPI passes its own exceptions on from where it reads the body."""

    def __init__(self) -> None:
        super().__init__(413)


def speech_route(max_body_bytes: Callable[[], int]) -> type[APIRoute]:
    """The class of the routes of a router: errors become answers, bodies are limited to ``max_body_bytes()``."""

    class SpeechRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def answer(request: Request) -> Response:
                limit = max_body_bytes()
                try:
                    _check_length(request, limit)
                    return await handle(Request(request.scope, _limited(request.receive, limit)))
                except _BodyTooLarge:
                    # The rest of the body will not be read.
                    return errors.body_too_large(limit).response({"Connection": "close"})
                except HTTPException as error:
                    # A body that is not UTF-8, or what a dependency of the host has to say.
                    return errors.from_http(error).response(error.headers)
                except RequestValidationError as error:
                    return errors.from_validation(error.errors()).response()
                except errors.ApiError as error:
                    return error.response()
                except KokoroError as error:
                    return errors.from_kokoro(error).response()

            return answer

    return SpeechRoute


def _check_length(request: Request, limit: int) -> None:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise _BodyTooLarge


def _limited(receive: Receive, limit: int) -> Receive:
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise _BodyTooLarge
        return message

    return limited
