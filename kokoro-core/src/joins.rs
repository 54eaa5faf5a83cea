//! What is between two chunks of speech.

use std::time::Duration;

/// How chunks are joined: how long the pauses between them are, and what of the silence around them is kept.
///
/// The model speaks a long text in chunks, each with some silence before and after it, about 0.3 s at either end. By
/// default this silence is cut or filled up to pauses of stated length where chunks meet, and is left as it is at the
/// start and at the end of the speech. Pauses inside a chunk are the model's own.
///
/// Pauses are measured from where one chunk's sound ends to where the next one's begins, and become shorter and longer with
/// the [speed](crate::SpeechRequest::speed). A pause that the text asks for, `[pause:0.5s]`, is exactly as long as it says.
///
/// ```
/// use std::time::Duration;
/// use kokoro_core::{Joins, SpeechRequest};
///
/// let request = SpeechRequest::new("One.\nTwo.").joins(Joins::default().paragraph(Duration::from_secs(1)));
/// # let _ = request;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joins {
    pub(crate) trim: bool,
    pub(crate) trim_ends: bool,
    pub(crate) clause: Duration,
    pub(crate) sentence: Duration,
    pub(crate) paragraph: Duration,
}

/// Between words of a clause that had to be cut: no pause, only what keeps the sounds apart. Closures of plosives within a
/// word are as long.
pub(crate) const BETWEEN_WORDS: Duration = Duration::from_millis(60);

impl Joins {
    /// kokoro-onnx has 0.1 s here and 0.25 s between sentences. Sentences are only cut here if they are long, where a reader
    /// takes a breath.
    const CLAUSE: Duration = Duration::from_millis(150);
    /// Between two sentences of a paragraph.
    const SENTENCE: Duration = Duration::from_millis(350);
    /// Twice that of a sentence, so that a listener can tell them apart.
    const PARAGRAPH: Duration = Duration::from_millis(700);

    /// Pauses of 0.15 s between clauses, 0.35 s between sentences and 0.7 s between paragraphs.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            trim: true,
            trim_ends: false,
            clause: Self::CLAUSE,
            sentence: Self::SENTENCE,
            paragraph: Self::PARAGRAPH,
        }
    }

    /// The chunks exactly as the model makes them, one after the other, as the reference implementation gives them. Only
    /// pauses that the text asks for are added.
    #[must_use]
    pub const fn plain() -> Self {
        Self {
            trim: false,
            trim_ends: false,
            clause: Duration::ZERO,
            sentence: Duration::ZERO,
            paragraph: Duration::ZERO,
        }
    }

    /// The pause where a sentence had to be cut at the end of a clause. Default 0.15 s.
    #[must_use]
    pub const fn clause(mut self, pause: Duration) -> Self {
        self.clause = pause;
        self
    }

    /// The pause between sentences. Default 0.35 s.
    #[must_use]
    pub const fn sentence(mut self, pause: Duration) -> Self {
        self.sentence = pause;
        self
    }

    /// The pause between paragraphs. Default 0.7 s.
    #[must_use]
    pub const fn paragraph(mut self, pause: Duration) -> Self {
        self.paragraph = pause;
        self
    }

    /// Whether the silence before the first sound and after the last one is cut, too. It makes an answer start some 0.2 s
    /// earlier. Default: no.
    #[must_use]
    pub const fn trim_ends(mut self, trim: bool) -> Self {
        self.trim_ends = trim;
        self
    }
}

impl Default for Joins {
    fn default() -> Self {
        Self::new()
    }
}
