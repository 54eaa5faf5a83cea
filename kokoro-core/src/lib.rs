//! Embeddable speech synthesis with the open Kokoro-82M model.

mod chunk;
mod error;
pub mod g2p;
mod language;
mod text;
mod voice;

pub use error::{Error, ErrorKind, Result};
pub use language::Language;
pub use voice::{Gender, VoiceInfo};
