//! Text to phonemes with settings and a cache.

use std::sync::Arc;

use super::cache::{Cache, Query};
use super::phonemize::{by_segments, segment};
use super::{CacheStats, G2p, Pronunciation, Settings, for_language};
use crate::text::segment::MAX_BYTES;
use crate::{Language, Result};

/// Turns text into phonemes and remembers what it has turned, so that a sentence that comes again costs next to nothing.
///
/// Thread-safe, and cheap to clone: clones share the cache. Callers that ask for the same text at the same time wait for
/// the first of them. A cached pronunciation is always what would be made anew: text, language and all settings,
/// lexicons included, decide about it.
///
/// ```
/// use kokoro_core::Language;
/// use kokoro_core::g2p::{Phonemizer, Settings};
///
/// # fn main() -> kokoro_core::Result<()> {
/// let phonemizer = Phonemizer::new(Settings::default());
/// for _ in 0..3 {
///     let phonemes = phonemizer.phonemize("The old bridge.", Language::EnUs)?;
///     assert_eq!(phonemes.text(), "ði ˈOld bɹˈɪʤ.");
/// }
/// let stats = phonemizer.cache_stats();
/// assert_eq!((stats.hits, stats.misses), (2, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Phonemizer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    cache: Cache,
}

impl Phonemizer {
    /// With these settings and a cache of 4 MiB, which is about 2,500 sentences.
    pub fn new(settings: Settings) -> Self {
        Self::with_cache_bytes(settings, Cache::DEFAULT_BYTES)
    }

    /// With these settings and a cache of at most `bytes`; 0 is none.
    ///
    /// Entries are weighed with everything that they cost. Paragraphs that weigh more than an eighth of it are not kept.
    pub fn with_cache_bytes(settings: Settings, bytes: usize) -> Self {
        Self(Arc::new(Inner { settings, cache: Cache::new(bytes) }))
    }

    /// The settings that [`phonemize`](Self::phonemize) uses.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The phonemes of a text.
    ///
    /// # Errors
    /// Those of [`phonemize`](super::phonemize).
    pub fn phonemize(&self, text: &str, language: Language) -> Result<Arc<Pronunciation>> {
        self.phonemize_with(text, language, &self.0.settings)
    }

    /// The phonemes of a text under other settings, which replace those of this phonemizer.
    ///
    /// ```
    /// use kokoro_core::Language;
    /// use kokoro_core::g2p::{Lexicon, Phonemizer, Settings};
    ///
    /// # fn main() -> kokoro_core::Result<()> {
    /// let phonemizer = Phonemizer::new(Settings::default());
    /// let names = Lexicon::from_entries([("Nguyen", "wˈɪn")])?;
    /// let settings = phonemizer.settings().clone().overrides(names);
    /// let phonemes = phonemizer.phonemize_with("The Nguyen family", Language::EnUs, &settings)?;
    /// assert_eq!(phonemes.text(), "ðə wˈɪn fˈæmᵊli");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`phonemize`](super::phonemize).
    pub fn phonemize_with(
        &self,
        text: &str,
        language: Language,
        settings: &Settings,
    ) -> Result<Arc<Pronunciation>> {
        self.convert(for_language(language)?, text, language, settings, &mut 0)
    }

    /// As [`phonemize_with`](Self::phonemize_with); adds the segments that were in the cache to `hits`.
    pub(crate) fn phonemize_counting(
        &self,
        text: &str,
        language: Language,
        settings: &Settings,
        hits: &mut u64,
    ) -> Result<Arc<Pronunciation>> {
        self.convert(for_language(language)?, text, language, settings, hits)
    }

    /// Counters of the cache.
    #[must_use]
    pub fn cache_stats(&self) -> CacheStats {
        self.0.cache.stats()
    }

    /// Changes the capacity of the cache, in bytes. What is too much is dropped at once; 0 switches the cache off.
    pub fn set_cache_bytes(&self, bytes: usize) {
        self.0.cache.set_capacity(bytes);
    }

    fn convert(
        &self,
        g2p: &dyn G2p,
        text: &str,
        language: Language,
        settings: &Settings,
        hits: &mut u64,
    ) -> Result<Arc<Pronunciation>> {
        let cache = &self.0.cache;
        let whole = Query::new(text, language, settings);
        // Only a text that is one segment is a key; its segments need not be looked for then.
        if text.len() <= MAX_BYTES
            && let Some(found) = cache.get(&whole)
        {
            *hits += 1;
            return Ok(found);
        }
        by_segments(text, |part| {
            let mut is_new = false;
            let found = cache.get_or_make(&whole.with_text(part), || {
                is_new = true;
                segment(g2p, part, settings)
            })?;
            *hits += u64::from(!is_new);
            Ok(found)
        })
    }
}

impl Default for Phonemizer {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use proptest::prelude::*;

    use super::super::phonemize::convert;
    use super::super::{Phonemes, Word};
    use super::*;
    use crate::{Error, ErrorKind};

    /// Reads text as phonemes, counts how often, and fails at first.
    struct Counting {
        done: AtomicUsize,
        failures: usize,
    }

    impl G2p for Counting {
        fn words(&self, text: &str, settings: &Settings) -> Result<Vec<Word>> {
            if self.done.fetch_add(1, Ordering::SeqCst) < self.failures {
                return Err(Error::new(ErrorKind::Internal, "not yet"));
            }
            Phonemes.words(text, settings)
        }
    }

    #[test]
    fn a_segment_is_converted_once() {
        let g2p = Counting { done: AtomicUsize::new(0), failures: 0 };
        let phonemizer = Phonemizer::default();
        let text = "a b\nc d\n\ne\na b";
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let words = phonemizer
                            .convert(&g2p, text, Language::EnUs, &Settings::default(), &mut 0)
                            .unwrap();
                        assert_eq!(words.text(), "a b\nc d\ne\na b");
                    }
                });
            }
        });
        assert_eq!(g2p.done.load(Ordering::SeqCst), 3);
        let stats = phonemizer.cache_stats();
        assert_eq!((stats.hits + stats.misses, stats.misses, stats.entries), (8 * 50 * 4, 3, 3));
    }

    #[test]
    fn failures_are_not_remembered() {
        let g2p = Counting { done: AtomicUsize::new(0), failures: 2 };
        let phonemizer = Phonemizer::default();
        let convert = || phonemizer.convert(&g2p, "a", Language::EnUs, &Settings::default(), &mut 0);
        assert!(convert().is_err() && convert().is_err());
        assert!(Arc::ptr_eq(&convert().unwrap(), &convert().unwrap()));
    }

    proptest! {
        #[test]
        fn what_is_cached_is_what_would_be_made(texts in prop::collection::vec("[ab5.\\n 漢]{0,8}|\\PC{0,40}", 1..6)) {
            let phonemizer = Phonemizer::with_cache_bytes(Settings::default(), 1 << 16);
            let settings = Settings::default();
            for text in texts.iter().chain(&texts) {
                let cached = phonemizer.convert(&Phonemes, text, Language::EnUs, &settings, &mut 0).unwrap();
                let made = convert(&Phonemes, text, &settings).unwrap();
                prop_assert_eq!(&*cached, &made);
                for range in &made.unspoken {
                    prop_assert!(text.get(range.clone()).is_some());
                }
            }
        }
    }
}
