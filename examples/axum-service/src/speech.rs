//! `POST /speech`.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_core::Stream;
use kokoro_core::{AsyncSpeechStream, Error, SpeechChunk, SpeechRequest, Synthesizer};
use serde::Deserialize;

use crate::refusal::Refusal;
use crate::wave;

/// The longest that a request may take.
const TIMEOUT: Duration = Duration::from_secs(600);

/// What a client asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// What to speak.
    text: String,
    /// A voice or a mix of voices; the first voice if none is named.
    voice: Option<String>,
    /// 0.25 to 4.
    speed: Option<f32>,
    /// Such as `en-us`; that of the voice if none is named.
    language: Option<String>,
    #[serde(default)]
    format: Format,
}

/// How the audio is sent. Both are 16 bits, 24,000 samples a second, one channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// A WAV file whose header does not tell the length.
    #[default]
    Wav,
    /// Samples alone, little-endian.
    Pcm,
}

impl Order {
    fn request(&self) -> Result<SpeechRequest, Error> {
        let mut request = SpeechRequest::new(&self.text).timeout(TIMEOUT);
        if let Some(voice) = &self.voice {
            request = request.voice(voice);
        }
        if let Some(speed) = self.speed {
            request = request.speed(speed);
        }
        if let Some(language) = &self.language {
            request = request.language(language.parse()?);
        }
        Ok(request)
    }
}

/// Speaks. Waits for the first chunk, so that what can be refused is refused by a status.
pub(crate) async fn speak(synthesizer: Synthesizer, Json(order): Json<Order>) -> Result<Response, Refusal> {
    let mut audio = Audio {
        stream: synthesizer.stream_async(&order.request()?)?,
        ready: (order.format == Format::Wav).then(wave::endless_header),
    };
    let first = std::future::poll_fn(|context| Pin::new(&mut audio.stream).poll_next(context)).await;
    let first = first.transpose()?.map(|chunk| bytes(&chunk)).unwrap_or_default();
    let ready = audio.ready.take().map_or_else(Vec::new, Vec::from);
    audio.ready = Some([ready, first].concat().into());
    let content_type = match order.format {
        Format::Wav => "audio/wav",
        Format::Pcm => "application/octet-stream",
    };
    Ok(([(CONTENT_TYPE, content_type)], Body::from_stream(audio)).into_response())
}

/// The body of a response. Dropping it ends the request.
struct Audio {
    stream: AsyncSpeechStream,
    /// What is to be sent first.
    ready: Option<Bytes>,
}

impl Stream for Audio {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Some(ready) = this.ready.take() {
            return Poll::Ready(Some(Ok(ready)));
        }
        let next = Pin::new(&mut this.stream).poll_next(context);
        next.map(|next| next.map(|chunk| chunk.map(|chunk| bytes(&chunk).into())))
    }
}

fn bytes(chunk: &SpeechChunk) -> Vec<u8> {
    chunk.to_pcm16().into_iter().flat_map(i16::to_le_bytes).collect()
}
