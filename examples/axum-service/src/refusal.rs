//! Errors as responses.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use kokoro_core::{Error, ErrorKind};
use serde::Serialize;

/// An error as a client sees it.
pub(crate) struct Refusal(Error);

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

#[derive(Serialize)]
struct Body {
    error: &'static str,
    message: String,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let body = Json(Body { error: error.kind().as_str(), message: error.to_string() });
        let response = (status(error.kind()), body);
        match error.retry_after() {
            // Whole seconds, by the standard.
            Some(wait) => ([(RETRY_AFTER, wait.as_secs_f64().ceil().to_string())], response).into_response(),
            None => response.into_response(),
        }
    }
}

fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::EmptyText
        | ErrorKind::NothingToSpeak
        | ErrorKind::UnknownLanguage
        | ErrorKind::InvalidSpeed
        | ErrorKind::InvalidVoiceName
        | ErrorKind::UnknownVoice => StatusCode::BAD_REQUEST,
        ErrorKind::TextTooLong => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::Busy | ErrorKind::ShutDown => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
