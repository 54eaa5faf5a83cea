"""An app that has routes of its own, and speaks: ``uvicorn entry.main:app``."""

from fastapi import FastAPI
from kokoro_rs.server import TimingMiddleware, configure_logging, create_router

configure_logging()

app = FastAPI(title="Greetings")
# Loads the model in the background, and drains at the end: nothing else is needed.
app.include_router(create_router())
# Request ids, times and one line in the log, for every route of the app.
app.add_middleware(TimingMiddleware)


@app.get("/greetings/{name}")
async def greeting(name: str) -> dict[str, str]:
    """A route that was here before."""
    return {"text": f"Good morning, {name}."}
