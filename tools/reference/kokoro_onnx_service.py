"""A service as people write it around the package kokoro-onnx: FastAPI, one model, ``run_in_executor``.

usage: kokoro_onnx_service.py MODEL VOICES.npz PORT
"""

import asyncio
import io
import sys
import wave

import numpy as np
import uvicorn
from fastapi import FastAPI, Response
from kokoro_onnx import Kokoro
from pydantic import BaseModel

MODEL, VOICES, PORT = sys.argv[1:]

app = FastAPI()
kokoro = Kokoro(MODEL, VOICES)


class Speech(BaseModel):
    input: str
    voice: str
    speed: float = 1.0


@app.get("/readyz")
async def ready():
    return "ok"


@app.post("/v1/audio/speech")
async def speech(request: Speech):
    loop = asyncio.get_running_loop()
    samples, rate = await loop.run_in_executor(None, kokoro.create, request.input, request.voice, request.speed)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return Response(file.getvalue(), media_type="audio/wav")


uvicorn.run(app, host="127.0.0.1", port=int(PORT), log_level="warning")
