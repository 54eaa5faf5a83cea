//! What a synthesizer would use on this machine, why, and what is wrong with it.
//!
//! ```no_run
//! use kokoro_core::doctor::Examination;
//!
//! let report = Examination::new().run();
//! print!("{report}");
//! assert!(report.is_healthy());
//! ```

mod check;
mod files;
mod report;

pub use report::{Finding, Report, Status};

/// An examination of the machine, with the settings of the environment variables that [`global`](crate::global) and
/// [`assets`](crate::assets) document.
///
/// It reads files and loads the libraries that a synthesizer would load, so a process that has run it keeps them. It writes
/// nothing and uses no network.
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is examined until `run` is called"]
pub struct Examination {
    digests: bool,
    speak: bool,
}

impl Examination {
    /// A quick examination: sizes of files, shape and numbers of voices, libraries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether to compute the digests of published files, which reads all of them. Default no.
    pub fn digests(mut self, digests: bool) -> Self {
        self.digests = digests;
        self
    }

    /// Whether to load the model and speak a word with it, the last proof. Default no.
    pub fn speak(mut self, speak: bool) -> Self {
        self.speak = speak;
        self
    }

    /// Examines. What cannot be examined is a finding, too.
    #[must_use]
    pub fn run(&self) -> Report {
        let mut findings = vec![
            check::system(),
            check::cache(),
            check::runtime(),
            files::model(self.digests),
            files::voices(self.digests),
            check::espeak(),
            check::network(),
        ];
        if self.speak {
            findings.push(check::speech());
        }
        Report { version: env!("CARGO_PKG_VERSION"), findings }
    }
}
