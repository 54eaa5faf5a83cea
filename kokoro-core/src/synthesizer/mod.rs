//! The public face: a loaded model with its voices, shared by every thread.

mod builder;
mod front;
mod global;
mod speak;

use std::sync::Arc;

use crate::g2p::{CacheStats, Phonemizer, Pronunciation};
use crate::model::{Engine, ModelReport, ModelSpec};
use crate::voice::{VoiceInfo, VoiceStore};
use crate::{Result, Speech, SpeechRequest};

pub use builder::SynthesizerBuilder;
pub use global::global;

/// A loaded model with its voices.
///
/// Cheap to clone, and every method takes `&self`: one synthesizer serves all threads of a process. With more callers
/// than [sessions](SynthesizerBuilder::sessions) the callers wait for each other; nothing else is shared or locked.
///
/// ```
/// use kokoro_core::{SpeechRequest, Synthesizer};
///
/// # fn main() -> kokoro_core::Result<()> {
/// let synthesizer = Synthesizer::builder().model("builtin").build()?;
/// let speech = synthesizer.synthesize(&SpeechRequest::new("Hello world."))?;
/// assert_eq!(speech.sample_rate(), 24_000);
/// for word in speech.words().unwrap_or_default() {
///     println!("{:.2}-{:.2} s: bytes {:?}", word.start_seconds, word.end_seconds, word.range);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Synthesizer(Arc<Inner>);

struct Inner {
    engine: Engine,
    voices: VoiceStore,
    phonemizer: Phonemizer,
    max_text_bytes: usize,
    chunk_symbols: usize,
}

impl Synthesizer {
    /// Starts a configuration.
    pub fn builder() -> SynthesizerBuilder {
        SynthesizerBuilder::new()
    }

    /// Speaks. Blocks until all of it is done.
    ///
    /// # Errors
    /// Bad requests: [`EmptyText`](crate::ErrorKind::EmptyText), [`TextTooLong`](crate::ErrorKind::TextTooLong),
    /// [`NothingToSpeak`](crate::ErrorKind::NothingToSpeak), [`InvalidSpeed`](crate::ErrorKind::InvalidSpeed),
    /// [`InvalidVoiceName`](crate::ErrorKind::InvalidVoiceName), [`UnknownVoice`](crate::ErrorKind::UnknownVoice),
    /// [`UnknownLanguage`](crate::ErrorKind::UnknownLanguage). Beyond the request's control:
    /// [`EspeakNotFound`](crate::ErrorKind::EspeakNotFound),
    /// [`InvalidVoiceFile`](crate::ErrorKind::InvalidVoiceFile), [`Io`](crate::ErrorKind::Io),
    /// [`Inference`](crate::ErrorKind::Inference). After any of them the next request works.
    pub fn synthesize(&self, request: &SpeechRequest) -> Result<Speech> {
        speak::synthesize(&self.0, request)
    }

    /// The phonemes that [`synthesize`](Self::synthesize) would speak, without speaking. They share the cache.
    ///
    /// # Errors
    /// Those of a bad request.
    pub fn phonemize(&self, request: &SpeechRequest) -> Result<Arc<Pronunciation>> {
        front::check(&self.0, request)?;
        let voice = front::voice(&self.0, request)?;
        front::phonemize(&self.0, request, &voice)
    }

    /// Counters of the cache of pronunciations.
    ///
    /// ```
    /// # fn main() -> kokoro_core::Result<()> {
    /// # use kokoro_core::{SpeechRequest, Synthesizer};
    /// let synthesizer = Synthesizer::builder().model("builtin").build()?;
    /// let request = SpeechRequest::new("Welcome back.");
    /// synthesizer.phonemize(&request)?;
    /// synthesizer.synthesize(&request)?;
    /// assert_eq!(synthesizer.g2p_cache_stats().hits, 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn g2p_cache_stats(&self) -> CacheStats {
        self.0.phonemizer.cache_stats()
    }

    /// Changes the capacity of the cache of pronunciations, in bytes. What is too much is dropped at once; 0 switches the
    /// cache off.
    pub fn set_g2p_cache_bytes(&self, bytes: usize) {
        self.0.phonemizer.set_cache_bytes(bytes);
    }

    /// The voices, sorted by name. None is loaded by this.
    #[must_use]
    pub fn voices(&self) -> Vec<VoiceInfo> {
        self.0.voices.list()
    }

    /// What the model takes and gives: what the file does, after the changes that [`model_report`](Self::model_report)
    /// lists.
    #[must_use]
    pub fn model_info(&self) -> &ModelSpec {
        self.0.engine.spec()
    }

    /// What was changed in the model when it was loaded, and what was not and why.
    #[must_use]
    pub fn model_report(&self) -> &ModelReport {
        self.0.engine.report()
    }
}

impl std::fmt::Debug for Synthesizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Synthesizer")
            .field("model", self.0.engine.spec())
            .field("threads_per_session", &self.0.engine.threads_per_session())
            .finish_non_exhaustive()
    }
}
