//! The voices of espeak-ng that stand for Kokoro's languages.

use std::ffi::CStr;

/// A voice of espeak-ng.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Voice {
    EnUs,
    EnGb,
    Es,
    Fr,
    Hi,
    It,
    PtBr,
}

impl Voice {
    /// Its name. `en-gb` and `fr-fr` are languages of voices and not names: the library refuses them.
    pub(super) fn name(self) -> &'static CStr {
        match self {
            Self::EnUs => c"en-us",
            Self::EnGb => c"en",
            Self::Es => c"es",
            Self::Fr => c"fr",
            Self::Hi => c"hi",
            Self::It => c"it",
            Self::PtBr => c"pt-br",
        }
    }
}
