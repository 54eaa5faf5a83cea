//! Embeddable speech synthesis with the open [Kokoro-82M](https://huggingface.co/hexgrad/Kokoro-82M) model on ONNX
//! Runtime.
//!
//! ```
//! use kokoro_core::{SpeechRequest, Synthesizer, WavFormat};
//!
//! # fn main() -> kokoro_core::Result<()> {
//! // `builtin` is a small robotic voice inside the library: nothing to download. For real speech give the path of a
//! // Kokoro `.onnx` file, and of its voices.
//! let synthesizer = Synthesizer::builder().model("builtin").build()?;
//! let speech = synthesizer.synthesize(&SpeechRequest::new("The bus stops in front of the school."))?;
//! assert!(speech.duration().as_secs_f64() > 1.0);
//! let wav = speech.to_wav_bytes(WavFormat::Pcm16)?;
//! # let _ = wav;
//! # Ok(())
//! # }
//! ```
//!
//! * [`Synthesizer`] is a loaded model with its voices: thread-safe, cheap to clone, every method takes `&self`.
//!   [`global()`] is one for the whole process, configured by environment variables and loaded at first use.
//! * [`SpeechRequest`] is what to speak: text or phonemes, voice or mix of voices, language, speed.
//! * [`Speech`] is the result: 24 kHz samples, times of words, statistics, WAV, subtitles. [`SpeechStream`] is the same
//!   while it is made, chunk by chunk; [`Batch`] is many of them.
//! * [`CancelToken`] stops a synthesis from another thread.
//! * [`Metrics`] is what a synthesizer has done, for monitoring.
//! * [`Error`] is the only error type; [`ErrorKind`] is stable.
//! * [`assets`] is the catalogue of published models and voices, and finds them on this machine;
//!   [`doctor`] tells what would be used, and what is wrong with it.
//! * [`g2p`] turns text into phonemes, and takes [lexicons](g2p::Lexicon) of pronunciations; [`runtime`] is ONNX Runtime.
//!
//! # Languages
//! American and British English have a front end. Spanish, French, Hindi, Italian and Brazilian Portuguese need espeak-ng's
//! library, which is not part of this one: see [`g2p::Espeak`]. Other languages can be spoken by giving phonemes.
//!
//! # Features
//! | feature | default | effect |
//! | --- | --- | --- |
//! | `load-dynamic` | yes | finds ONNX Runtime's shared library at run time, see [`runtime`] |
//! | `download-binaries` | no | the crate `ort` fetches a build of ONNX Runtime and links it; without `load-dynamic` |
//! | `async` | no | `Synthesizer::synthesize_async` and `stream_async`, for any runtime |
//! | `download` | no | fetches published models, voices and ONNX Runtime, see [`assets`] |
//!
//! # Threads and panics
//! A [`Synthesizer`] serves any number of threads. No method panics on any input. Nothing is printed: events go to
//! [`tracing`](https://docs.rs/tracing).

pub mod assets;
mod audio;
mod cancel;
pub mod captions;
mod chunk;
pub mod doctor;
mod error;
mod folders;
pub mod g2p;
mod joins;
mod kernels;
mod language;
mod libraries;
mod model;
mod request;
mod schedule;
mod speech;
mod synthesizer;
mod text;
mod timing;
mod voice;

pub use audio::WavFormat;
pub use cancel::CancelToken;
pub use error::{Error, ErrorKind, Result};
pub use joins::Joins;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub use kernels::Kernels;
pub use language::Language;
pub use model::{
    DurationFormat, ModelReport, ModelSpec, ModelStep, Optimization, Prepared, PreparedModel, SpeedFormat,
    StepOutcome, Vocabulary, runtime,
};
#[doc(hidden)]
pub use model::{Vocoder, graph};
pub use request::SpeechRequest;
pub use schedule::{Histogram, Shutdown};
pub use speech::{Speech, SpeechChunk, SpeechStats, SpokenChunk};
#[cfg(feature = "async")]
pub use synthesizer::{AsyncSpeech, AsyncSpeechStream};
pub use synthesizer::{Batch, Metrics, Progress, SpeechStream, Synthesizer, SynthesizerBuilder, global};
pub use timing::WordTiming;
pub use voice::{Gender, VoiceInfo};
