//! Embeddable speech synthesis with the open Kokoro-82M model.

mod error;
mod language;
mod voice;

pub use error::{Error, ErrorKind, Result};
pub use language::Language;
pub use voice::{Gender, VoiceInfo};
