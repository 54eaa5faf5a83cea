"""The routes, to mount in any FastAPI app."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from kokoro_rs import Synthesizer

from . import errors, metrics
from .answer import AudioWithWords, answer
from .route import speech_route
from .schemas import ModelEntry, ModelList, SpeechRequest, VoiceEntry, VoiceList, WordsRequest, WordsResponse
from .service import Service
from .settings import Settings
from .speech import check

_AUDIO: dict[int | str, dict[str, Any]] = {
    200: {"description": "The audio", "content": {"audio/*": {}, "text/event-stream": {}}}
}


def create_router(settings: Settings | None = None, synthesizer: Synthesizer | None = None) -> APIRouter:
    """The routes of the server, with a model behind them that is loaded when the app starts.

    The router's lifespan, which ``include_router`` adds to the app's, loads the model in the background and shuts it
    down. Where an app mounts it without a lifespan, the model is loaded at the first request.

    Args:
        settings: default: from the environment.
        synthesizer: what speaks; default: that of the process, :func:`kokoro_rs.default`, which is shut down at the
            end. One that is given is not.
    """
    service = Service(settings or Settings(), synthesizer)
    route_class = speech_route(lambda: service.settings.max_body_bytes)
    router = APIRouter(route_class=route_class, lifespan=service.lifespan, tags=["speech"])

    @router.post("/v1/audio/speech", response_class=Response, responses=_AUDIO, summary="Speak, as OpenAI's service")
    async def speech(request: SpeechRequest) -> Response:
        check(service.settings, request)
        return answer(service, request)

    @router.post(
        "/v1/audio/speech/words", response_model=WordsResponse, summary="Speak, and say when each word is heard"
    )
    async def words(request: WordsRequest) -> Response:
        check(service.settings, request)
        return AudioWithWords(service, request)

    @router.get("/v1/audio/voices", summary="The voices")
    async def voices() -> VoiceList:
        synthesizer = await service.synthesizer()
        return VoiceList(
            data=[
                VoiceEntry(id=voice.name, name=voice.name, language=voice.language, gender=voice.gender)
                for voice in synthesizer.voices()
            ]
        )

    @router.get("/v1/models", summary="Names of the model")
    async def models() -> ModelList:
        return ModelList(data=[ModelEntry(id=name) for name in service.settings.models])

    @router.get("/v1/models/{model}", summary="One name of the model")
    async def one_model(model: str) -> ModelEntry:
        if model not in service.settings.models:
            raise errors.ApiError(
                404,
                "there is no model of that name: GET /v1/models lists those there are",
                type=errors.INVALID_REQUEST,
                code="model_not_found",
                param="model",
            )
        return ModelEntry(id=model)

    @router.get("/healthz", summary="Whether the process answers")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="Whether the model is loaded and warm")
    async def readyz() -> Response:
        state = service.state
        return JSONResponse({"status": state}, 200 if state == "ready" else 503)

    @router.get("/metrics", summary="Counters for Prometheus")
    async def all_metrics() -> Response:
        return Response(service.prometheus() + metrics.text(), media_type=metrics.CONTENT_TYPE)

    return router
