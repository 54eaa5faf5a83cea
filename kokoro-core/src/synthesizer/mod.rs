//! The public face: a loaded model with its voices, shared by every thread.

mod assemble;
#[cfg(feature = "async")]
mod asynchronous;
mod batch;
mod builder;
mod core;
mod front;
mod global;
mod metrics;
mod script;
mod stream;
mod submit;
mod task;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use self::core::Core;
use self::front::Reader;
use self::task::SpeechTask;
use crate::g2p::{CacheStats, Pronunciation};
use crate::model::{ModelReport, ModelSpec};
use crate::schedule::{Scheduler, Shutdown};
use crate::voice::VoiceInfo;
use crate::{Error, ErrorKind, Result, Speech, SpeechRequest};

#[cfg(feature = "async")]
pub use self::asynchronous::{AsyncSpeech, AsyncSpeechStream};
pub use batch::Batch;
pub use builder::SynthesizerBuilder;
pub(crate) use builder::voices_beside;
pub use global::global;
pub use metrics::Metrics;
pub use stream::{Progress, SpeechStream};

/// A loaded model with its voices.
///
/// Cheap to clone, and every method takes `&self`: one synthesizer serves all threads of a process. Requests are spoken in
/// chunks, and chunks of different requests take turns, so that a sentence does not wait for a book. At most
/// [`max_requests`](SynthesizerBuilder::max_requests) are active at once; one more is refused at once, with
/// [`Busy`](ErrorKind::Busy) and a hint when to try again.
///
/// It has one thread for each [session](SynthesizerBuilder::sessions) and one for timeouts, and those of ONNX Runtime. They
/// end with its last clone, and do not survive a fork: a forked process must build its own, and is told so
/// ([`Stale`](ErrorKind::Stale)).
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
    core: Arc<Core>,
    scheduler: Scheduler<SpeechTask>,
    /// Requests that were refused for what they are.
    refused: AtomicU64,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.scheduler.process().was_forked() {
            // ONNX Runtime would wait for threads that are not here.
            std::mem::forget(Arc::clone(&self.core));
        }
    }
}

impl Synthesizer {
    /// Starts a configuration.
    pub fn builder() -> SynthesizerBuilder {
        SynthesizerBuilder::new()
    }

    /// Speaks. Blocks until all of it is done.
    ///
    /// Any number of threads may call it at once; [`max_requests`](SynthesizerBuilder::max_requests) of them are served.
    ///
    /// # Errors
    /// Bad requests: [`EmptyText`](crate::ErrorKind::EmptyText), [`TextTooLong`](crate::ErrorKind::TextTooLong),
    /// [`NothingToSpeak`](crate::ErrorKind::NothingToSpeak), [`InvalidSpeed`](crate::ErrorKind::InvalidSpeed),
    /// [`InvalidVoiceName`](crate::ErrorKind::InvalidVoiceName), [`UnknownVoice`](crate::ErrorKind::UnknownVoice),
    /// [`UnknownLanguage`](crate::ErrorKind::UnknownLanguage). Beyond the request's control:
    /// [`EspeakNotFound`](crate::ErrorKind::EspeakNotFound),
    /// [`InvalidVoiceFile`](crate::ErrorKind::InvalidVoiceFile), [`Io`](crate::ErrorKind::Io),
    /// [`Inference`](crate::ErrorKind::Inference), [`Internal`](crate::ErrorKind::Internal). After any of them the next
    /// request works. Depending on the moment: [`Busy`](crate::ErrorKind::Busy), [`Timeout`](crate::ErrorKind::Timeout),
    /// [`Cancelled`](crate::ErrorKind::Cancelled), [`ShutDown`](crate::ErrorKind::ShutDown),
    /// [`Stale`](crate::ErrorKind::Stale).
    pub fn synthesize(&self, request: &SpeechRequest) -> Result<Speech> {
        submit::whole(&self.0, request)?.collect_speech()
    }

    /// Speaks chunk by chunk: the first audio is there as soon as the first clause is spoken. Reads the first paragraph
    /// before it returns, so that a bad request is refused here.
    ///
    /// # Errors
    /// Those of [`synthesize`](Self::synthesize), here or as an item.
    pub fn stream(&self, request: &SpeechRequest) -> Result<SpeechStream> {
        submit::stream(&self.0, request)
    }

    /// Speaks many requests. The results are in the order of the requests, each with an error of its own.
    ///
    /// They share the synthesizer with other callers like any requests, some of them at a time; where there is no place for
    /// one, it waits.
    ///
    /// ```
    /// use kokoro_core::{ErrorKind, SpeechRequest, Synthesizer};
    ///
    /// # fn main() -> kokoro_core::Result<()> {
    /// let synthesizer = Synthesizer::builder().model("builtin").build()?;
    /// let results = synthesizer.synthesize_batch(["One.", "", "Three."].map(SpeechRequest::new));
    /// assert!(results[0].is_ok() && results[2].is_ok());
    /// assert_eq!(results[1].as_ref().unwrap_err().kind(), ErrorKind::EmptyText);
    /// # Ok(())
    /// # }
    /// ```
    pub fn synthesize_batch(&self, requests: impl IntoIterator<Item = SpeechRequest>) -> Vec<Result<Speech>> {
        self.batch(requests).collect()
    }

    /// As [`synthesize_batch`](Self::synthesize_batch), one result after the other: for more than fits into memory, such as
    /// the chapters of a book. Requests are taken as they are needed.
    pub fn batch<I: IntoIterator<Item = SpeechRequest>>(&self, requests: I) -> Batch<I::IntoIter> {
        Batch::new(self.clone(), requests.into_iter())
    }

    /// Speaks a sentence and forgets it, so that the first request does not pay for what happens once: memory is asked for,
    /// the voice and the dictionaries are read. To be called when a service starts, before it is sent requests.
    ///
    /// # Errors
    /// Those of [`synthesize`](Self::synthesize).
    pub fn warm_up(&self) -> Result<()> {
        // Two lengths: ONNX Runtime keeps memory by size.
        for text in [
            "Ready.",
            "This sentence is spoken once, and nobody hears it, so that the next one comes sooner.",
        ] {
            self.synthesize(&SpeechRequest::new(text))?;
        }
        Ok(())
    }

    /// Ends the service of this synthesizer and all of its clones. New requests are refused with
    /// [`ShutDown`](crate::ErrorKind::ShutDown); those that are active are spoken to their end or end with that error, as
    /// `how` says. Returns when all have ended and the threads are gone. True if none was cut short.
    ///
    /// Audio that was made can still be taken from its stream. A stream from which nobody takes anything cannot be spoken to
    /// its end, and is waited for as long as `how` says.
    pub fn shutdown(&self, how: Shutdown) -> bool {
        !self.0.scheduler.process().was_forked() && self.0.scheduler.shut_down(how)
    }

    /// What was done so far, for monitoring. In a forked process it is empty.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        Metrics::of(&self.0)
    }

    /// The phonemes that [`synthesize`](Self::synthesize) would speak, without speaking. They share the cache.
    ///
    /// # Errors
    /// Those of a bad request.
    pub fn phonemize(&self, request: &SpeechRequest) -> Result<Arc<Pronunciation>> {
        let core = &self.0.core;
        front::check(core, request)?;
        let voice = front::voice(core, request)?;
        Reader::new(core, request, &voice).read_all(core, request.text())
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
        self.0.core.phonemizer.cache_stats()
    }

    /// Changes the capacity of the cache of pronunciations, in bytes. What is too much is dropped at once; 0 switches the
    /// cache off.
    pub fn set_g2p_cache_bytes(&self, bytes: usize) {
        self.0.core.phonemizer.set_cache_bytes(bytes);
    }

    /// The voices, sorted by name. None is loaded by this.
    #[must_use]
    pub fn voices(&self) -> Vec<VoiceInfo> {
        self.0.core.voices.list()
    }

    /// What the model takes and gives: what the file does, after the changes that [`model_report`](Self::model_report)
    /// lists.
    #[must_use]
    pub fn model_info(&self) -> &ModelSpec {
        self.0.core.engine.spec()
    }

    /// What was changed in the model when it was loaded, and what was not and why.
    #[must_use]
    pub fn model_report(&self) -> &ModelReport {
        self.0.core.engine.report()
    }
}

impl std::fmt::Debug for Synthesizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Synthesizer")
            .field("model", self.0.core.engine.spec())
            .field("threads_per_session", &self.0.core.engine.threads_per_session())
            .finish_non_exhaustive()
    }
}

/// What a synthesizer says in a process that was forked after it was built.
fn stale() -> Error {
    Error::new(
        ErrorKind::Stale,
        "this synthesizer was built before the process was forked, and its threads stayed in the parent: build one in \
         each process, after the fork",
    )
}
