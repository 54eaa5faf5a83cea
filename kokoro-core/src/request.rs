//! What a caller asks for.

use std::time::Duration;

use crate::g2p::{Fallback, Lexicon, Mode, Symbols};
use crate::{CancelToken, Joins, Language};

/// Slowest accepted speed.
pub(crate) const MIN_SPEED: f32 = 0.25;
/// Fastest accepted speed.
pub(crate) const MAX_SPEED: f32 = 4.0;

/// Text to speak, and how.
///
/// ```
/// use kokoro_core::{Language, SpeechRequest};
///
/// let request = SpeechRequest::new("The bus stops in front of the school.")
///     .voice("bf_emma*0.7+bm_george*0.3")
///     .language(Language::EnGb)
///     .speed(1.1);
/// # let _ = request;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechRequest {
    pub(crate) input: Input,
    pub(crate) voice: Option<String>,
    pub(crate) language: Option<Language>,
    pub(crate) speed: f32,
    pub(crate) mode: Option<Mode>,
    pub(crate) fallback: Option<Fallback>,
    pub(crate) symbols: Option<Symbols>,
    pub(crate) pronunciations: Option<Lexicon>,
    pub(crate) seed: Option<u64>,
    pub(crate) cancel: Option<CancelToken>,
    pub(crate) joins: Joins,
    pub(crate) first_chunk_symbols: Option<usize>,
    pub(crate) timeout: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Input {
    Text(String),
    Phonemes(String),
}

impl Input {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Phonemes(text) => text,
        }
    }
}

impl SpeechRequest {
    /// Speaks `text`. Line breaks end a paragraph; `[word](/phonemes/)` gives a word's pronunciation; `[pause:0.5s]` or
    /// `[pause:300ms]` is a pause of that length, 60 s at most.
    pub fn new(text: impl Into<String>) -> Self {
        Self::of(Input::Text(text.into()))
    }

    /// Speaks phonemes in Kokoro's alphabet, such as `həlˈO wˈɜɹld`. Symbols that the model does not know are left
    /// out, as in the reference, and listed in
    /// [`SpeechStats::unknown_symbols`](crate::SpeechStats::unknown_symbols).
    pub fn from_phonemes(phonemes: impl Into<String>) -> Self {
        Self::of(Input::Phonemes(phonemes.into()))
    }

    fn of(input: Input) -> Self {
        Self {
            input,
            voice: None,
            language: None,
            speed: 1.0,
            mode: None,
            fallback: None,
            symbols: None,
            pronunciations: None,
            seed: None,
            cancel: None,
            joins: Joins::new(),
            first_chunk_symbols: None,
            timeout: None,
        }
    }

    /// A voice by name, or a mix: `af_heart`, `af_heart,am_adam` (the mean), `af_heart*0.7+am_adam*0.3`,
    /// `af_bella(2)+af_sky(1)`. Weights are normalised.
    ///
    /// Default: `af_heart` if it is there, else the first voice.
    #[must_use]
    pub fn voice(mut self, voice: impl Into<String>) -> Self {
        self.voice = Some(voice.into());
        self
    }

    /// The language of the text. Default: that of the voice, by the first letter of its name.
    #[must_use]
    pub fn language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }

    /// How fast to speak, 0.25 to 4: 2 takes half the time. Default 1.
    #[must_use]
    pub fn speed(mut self, speed: f32) -> Self {
        self.speed = speed;
        self
    }

    /// Words whose pronunciation is given for this request only. They win over the synthesizer's
    /// [lexicon](crate::SynthesizerBuilder::lexicon), which stays in force for all others. Default: none.
    ///
    /// ```
    /// use kokoro_core::SpeechRequest;
    /// use kokoro_core::g2p::Lexicon;
    ///
    /// # fn main() -> kokoro_core::Result<()> {
    /// let names = Lexicon::from_entries([("Nguyen", "wˈɪn")])?;
    /// let request = SpeechRequest::new("Good morning, Ms. Nguyen.").pronunciations(names);
    /// # let _ = request;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn pronunciations(mut self, words: Lexicon) -> Self {
        self.pronunciations = Some(words);
        self
    }

    /// Whose reading is wanted. Default: that of the synthesizer, [`Mode::Spoken`] unless
    /// [set](crate::SynthesizerBuilder::g2p).
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// What reads unknown words. Default: that of the synthesizer, [`Fallback::Rules`] unless
    /// [set](crate::SynthesizerBuilder::g2p).
    #[must_use]
    pub fn fallback(mut self, fallback: Fallback) -> Self {
        self.fallback = Some(fallback);
        self
    }

    /// Whether symbols are spoken. Default: that of the synthesizer, [`Symbols::Speak`] unless
    /// [set](crate::SynthesizerBuilder::g2p).
    #[must_use]
    pub fn symbols(mut self, symbols: Symbols) -> Self {
        self.symbols = Some(symbols);
        self
    }

    /// Repeats the noise of the voice source: the same request with the same seed gives the same samples in every run and
    /// every process on the same kind of processor. With another number of threads ONNX Runtime's own arithmetic may
    /// differ in the last digits. Default: fresh noise every time.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// What stops the synthesis from another thread. Default: nothing does.
    #[must_use]
    pub fn cancel_token(mut self, token: CancelToken) -> Self {
        self.cancel = Some(token);
        self
    }

    /// How chunks of a long text are joined, and how long the pauses between them are. Default: [`Joins::new`].
    #[must_use]
    pub fn joins(mut self, joins: Joins) -> Self {
        self.joins = joins;
        self
    }

    /// About how many phoneme symbols the first chunk shall have; 12 symbols are a second of speech. The next ones grow to
    /// the usual length. A short one lets a stream begin early; a chunk is spoken as a sentence of its own, so a shorter
    /// one is heard more. 0: no shorter ones.
    ///
    /// Default: 20 for [`stream`](crate::Synthesizer::stream), 0 for [`synthesize`](crate::Synthesizer::synthesize). With
    /// the same value both give the same samples.
    #[must_use]
    pub fn first_chunk_symbols(mut self, symbols: usize) -> Self {
        self.first_chunk_symbols = Some(symbols);
        self
    }

    /// How long the request may take, from the call to the last of its audio. It ends with
    /// [`Timeout`](crate::ErrorKind::Timeout) after that, in the middle of the model's work if need be. Default: no limit.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The text or phonemes to speak.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.as_str()
    }
}
