//! The data and code of `misaki-rs`, loaded once, with its panics kept in.

use std::panic::{AssertUnwindSafe, catch_unwind};

use misaki_rs::{G2P, MToken};
use once_cell::sync::OnceCell;

use super::Dialect;
use crate::{Error, ErrorKind, Result};

/// What stands in `misaki-rs`'s phonemes for a part that it does not know.
pub(super) const UNKNOWN: char = '❓';

/// What the rest of the front end asks the dictionaries.
pub(super) trait Lookup {
    /// The tokens of a text with markup. `None` if that failed.
    fn tokens(&self, text: &str) -> Option<Vec<MToken>>;

    /// The phonemes of a single word.
    fn word(&self, word: &str) -> Option<String>;

    /// Which English is spoken.
    fn dialect(&self) -> Dialect;
}

/// The loaded dictionaries of one dialect.
#[derive(Clone, Copy)]
pub(super) struct Dictionary {
    dialect: Dialect,
    g2p: &'static G2P,
}

impl Dictionary {
    /// The dictionaries of `dialect`, loaded on the first call.
    pub(super) fn get(dialect: Dialect) -> Result<Self> {
        static US: OnceCell<G2P> = OnceCell::new();
        static GB: OnceCell<G2P> = OnceCell::new();
        let (cell, language) = match dialect {
            Dialect::Us => (&US, misaki_rs::Language::EnglishUS),
            Dialect::Gb => (&GB, misaki_rs::Language::EnglishGB),
        };
        let g2p = cell.get_or_try_init(|| {
            // A fallback given to misaki-rs would swallow whole groups such as "555-0199", of which it knows
            // parts.
            catch_unwind(|| G2P::with_fallback(language, None))
                .map_err(|_| Error::new(ErrorKind::Internal, "the English dictionaries cannot be loaded"))
        })?;
        Ok(Self { dialect, g2p })
    }
}

impl Lookup for Dictionary {
    fn tokens(&self, text: &str) -> Option<Vec<MToken>> {
        // `g2p` works on shared data that it does not change, so a panic leaves nothing half done.
        let result = catch_unwind(AssertUnwindSafe(|| self.g2p.g2p(text)));
        if result.is_err() {
            tracing::warn!(bytes = text.len(), "misaki-rs panicked; trying smaller parts");
        }
        result.ok()?.ok().map(|(_, tokens)| tokens)
    }

    fn word(&self, word: &str) -> Option<String> {
        catch_unwind(AssertUnwindSafe(|| self.g2p.lexicon.get_word(word, "NN", None, None)))
            .ok()
            .flatten()
            .map(|(phonemes, _)| phonemes)
    }

    fn dialect(&self) -> Dialect {
        self.dialect
    }
}
