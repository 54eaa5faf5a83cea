//! Speech over HTTP, with one synthesizer for all requests.
//!
//! | route | gives |
//! | --- | --- |
//! | `POST /speech` | audio while it is made, for `{"text": "…"}`; see [`speech::Order`] for the rest |
//! | `GET /metrics` | counters for Prometheus |
//! | `GET /health` | 200 |
//!
//! There is no pool and no queue here: the synthesizer takes turns among requests, refuses what is too much and ends what
//! nobody waits for. A client that disconnects drops the response's body, and with it the stream.

mod refusal;
pub mod speech;
mod wave;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use kokoro_core::Synthesizer;

/// The routes of the service.
pub fn router(synthesizer: Synthesizer) -> Router {
    let for_metrics = synthesizer.clone();
    Router::new()
        .route("/speech", post(move |order| speech::speak(synthesizer.clone(), order)))
        .route("/metrics", get(move || metrics(for_metrics.clone())))
        .route("/health", get(|| async { "ok\n" }))
}

async fn metrics(synthesizer: Synthesizer) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], synthesizer.metrics().to_prometheus())
}
