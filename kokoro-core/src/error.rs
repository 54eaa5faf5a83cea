//! The one error type of the crate.

use std::fmt;
use std::time::Duration;

/// Result with [`Error`] as its default error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn std::error::Error + Send + Sync + 'static>;

/// What went wrong, and what to do about it.
///
/// [`kind`](Self::kind) is stable and meant for programs; the message is meant for people: it names the offending
/// value, the limit it broke and the remedy. The cause, where there is one, is the
/// [`source`](std::error::Error::source).
///
/// ```
/// use kokoro_core::{ErrorKind, SpeechRequest, Synthesizer};
/// # fn main() -> kokoro_core::Result<()> {
/// let synthesizer = Synthesizer::builder().model("builtin").build()?;
/// let error = synthesizer.synthesize(&SpeechRequest::new("Hello").speed(40.0)).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidSpeed);
/// assert_eq!(error.kind().as_str(), "invalid_speed");
/// # Ok(())
/// # }
/// ```
#[derive(thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
    #[source]
    source: Option<Source>,
    retry_after: Option<Duration>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None, retry_after: None }
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Duration) -> Self {
        self.retry_after = Some(retry_after);
        self
    }

    /// For [`Busy`](ErrorKind::Busy): after how long a place will probably be free, judging by the requests before. `None`
    /// for other kinds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The category, for programs to decide by.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.kind).field("message", &self.message);
        if let Some(source) = &self.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

macro_rules! error_kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// The category of an [`Error`]. New ones may be added; existing ones keep their meaning and their name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl ErrorKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$variant,)+];

            /// The stable name in `snake_case`, the same in every language binding.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(ErrorKind::$variant => $name,)+
                }
            }
        }
    };
}

error_kinds! {
    /// The text is empty or blank.
    EmptyText = "empty_text",
    /// The text is longer than the configured limit.
    TextTooLong = "text_too_long",
    /// The text holds nothing that has a sound, such as only symbols.
    NothingToSpeak = "nothing_to_speak",
    /// The language code is not known, or no pronunciation is available for it.
    UnknownLanguage = "unknown_language",
    /// The speed is not finite, out of range, or a fraction for a model that takes whole numbers only.
    InvalidSpeed = "invalid_speed",
    /// A voice name or mix cannot be parsed.
    InvalidVoiceName = "invalid_voice_name",
    /// No voice of that name is there.
    UnknownVoice = "unknown_voice",
    /// A voice file is damaged or of the wrong shape.
    InvalidVoiceFile = "invalid_voice_file",
    /// No model file at the given path.
    ModelNotFound = "model_not_found",
    /// The file is not an ONNX model, or not one with Kokoro's inputs and outputs.
    InvalidModel = "invalid_model",
    /// ONNX Runtime's shared library was not found.
    RuntimeNotFound = "runtime_not_found",
    /// A library was found but cannot be used: too old, for another platform, or damaged.
    RuntimeIncompatible = "runtime_incompatible",
    /// A pronunciation lexicon holds something that cannot be used.
    InvalidLexicon = "invalid_lexicon",
    /// espeak-ng's shared library, which the language or the settings ask for, was not found.
    EspeakNotFound = "espeak_not_found",
    /// A setting of the builder or an environment variable is out of range.
    InvalidConfig = "invalid_config",
    /// The request was cancelled by its [`CancelToken`](crate::CancelToken).
    Cancelled = "cancelled",
    /// As many requests are active as may be. The request was not taken in: [`Error::retry_after`] says when to try again.
    Busy = "busy",
    /// The request took longer than it may.
    Timeout = "timeout",
    /// The synthesizer was shut down.
    ShutDown = "shut_down",
    /// The synthesizer was made before this process was forked, and its threads are in the parent.
    Stale = "stale",
    /// ONNX Runtime failed while running the model.
    Inference = "inference",
    /// A file could not be fetched: the server cannot be reached, refuses it or does not have it.
    Download = "download",
    /// A fetched file is not the one that it should be; it was not put in place.
    IntegrityMismatch = "integrity_mismatch",
    /// A file would have to be fetched, and `HF_HUB_OFFLINE` forbids it.
    Offline = "offline",
    /// Reading or writing a file failed.
    Io = "io",
    /// A defect of this library or of one below it. Please report it.
    Internal = "internal",
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_snake_case() {
        let names: HashSet<_> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(names.len(), ErrorKind::ALL.len());
        assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
    }

    #[test]
    fn source_is_kept_and_message_is_displayed() {
        let cause = std::io::Error::other("disk on fire");
        let error = Error::new(ErrorKind::Io, "cannot read `x`").with_source(cause);
        assert_eq!(error.to_string(), "cannot read `x`");
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "disk on fire");
    }

    #[test]
    fn is_send_and_sync() {
        fn check<T: Send + Sync + 'static>() {}
        check::<Error>();
    }
}
