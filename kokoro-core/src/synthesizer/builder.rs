//! Configuration of a synthesizer, from code or from environment variables.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use super::core::Core;
use super::{Inner, Synthesizer};
use crate::chunk::Limits;
use crate::g2p::{Lexicon, Phonemizer, Settings};
use crate::model::{
    Engine, EngineOptions, ModelSource, Optimization, PrepareOptions, Prepared, PreparedModel, Vocoder,
    examine_prepared,
};
use crate::schedule::Scheduler;
use crate::voice::VoiceStore;
use crate::{Error, ErrorKind, Result, assets};

/// Longest text of one request by default: about 20 hours of speech.
const DEFAULT_MAX_TEXT_BYTES: usize = 1 << 20;

/// Most active requests by default: some for each of the callers that two cores can keep content.
const DEFAULT_MAX_REQUESTS: usize = 64;

/// One chunk is heard while the next one is ready, and one more is being made.
const DEFAULT_STREAM_BUFFER: usize = 2;

/// Each session has memory of its own to work with.
const MAX_SESSIONS: usize = 64;

/// Configures and loads a [`Synthesizer`].
///
/// ```no_run
/// # fn main() -> kokoro_core::Result<()> {
/// let synthesizer = kokoro_core::Synthesizer::builder()
///     .model("models/kokoro-v1.0.onnx")
///     .voices("models/voices-v1.0.bin")
///     .threads(2)
///     .build()?;
/// # let _ = synthesizer;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct SynthesizerBuilder {
    model: Option<PathBuf>,
    voices: Option<PathBuf>,
    threads: Option<usize>,
    sessions: usize,
    spinning: bool,
    runtime_library: Option<PathBuf>,
    prepare: PrepareOptions,
    prepared: Prepared,
    max_text_bytes: usize,
    chunk_symbols: usize,
    max_requests: usize,
    stream_buffer: usize,
    g2p: Settings,
    g2p_cache_bytes: Option<usize>,
}

impl SynthesizerBuilder {
    pub(super) fn new() -> Self {
        Self {
            model: None,
            voices: None,
            threads: None,
            sessions: 1,
            spinning: false,
            runtime_library: None,
            prepare: PrepareOptions::default(),
            prepared: Prepared::default(),
            max_text_bytes: DEFAULT_MAX_TEXT_BYTES,
            chunk_symbols: Limits::DEFAULT_TARGET,
            max_requests: DEFAULT_MAX_REQUESTS,
            stream_buffer: DEFAULT_STREAM_BUFFER,
            g2p: Settings::default(),
            g2p_cache_bytes: None,
        }
    }

    /// Reads the configuration from the environment variables that [`global`](crate::global) documents.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] for a value that is not what it must be; [`ErrorKind::Io`] and [`ErrorKind::InvalidLexicon`]
    /// for a lexicon that cannot be used.
    pub fn from_env() -> Result<Self> {
        let path = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let mut builder = Self::new();
        builder.model = path("KOKORO_MODEL");
        builder.voices = path("KOKORO_VOICES");
        if let Some(sessions) = number("KOKORO_SESSIONS")? {
            builder.sessions = sessions;
        }
        if let Some(bytes) = number("KOKORO_MAX_TEXT_BYTES")? {
            builder.max_text_bytes = bytes;
        }
        if let Some(symbols) = number("KOKORO_CHUNK_SYMBOLS")? {
            builder.chunk_symbols = symbols;
        }
        if let Some(requests) = number("KOKORO_MAX_REQUESTS")? {
            builder.max_requests = requests;
        }
        if let Some(optimization) = path("KOKORO_OPTIMIZATION") {
            builder.prepare.optimization = optimization.to_string_lossy().trim().parse()?;
        }
        if let Some(verify) = number::<u8>("KOKORO_VERIFY")? {
            builder.prepare.verify = verify != 0;
        }
        if let Some(prepared) = path("KOKORO_PREPARED") {
            builder.prepared = prepared.to_string_lossy().trim().parse()?;
        }
        builder.g2p_cache_bytes = number("KOKORO_G2P_CACHE_BYTES")?;
        if let Some(path) = path("KOKORO_LEXICON") {
            builder = builder.lexicon(Lexicon::load(path)?);
        }
        Ok(builder)
    }

    /// The model: path of a Kokoro `.onnx` file; the name of a published one that is on this machine, such as
    /// `kokoro-v1.0`, or `auto` for the first that is found, see [`assets`](crate::assets); or exactly `builtin` for the
    /// small formant synthesizer that the library carries. There is no default: a model is never put in place of one
    /// that was not asked for.
    pub fn model(mut self, model: impl AsRef<Path>) -> Self {
        self.model = Some(model.as_ref().to_owned());
        self
    }

    /// The voices: a folder of `.bin`, `.npy`, `.npz` or `.pt` files, or one such file.
    ///
    /// Default: for a model that was given by path, beside that file the first of the folder `voices` and the files
    /// `voices-v1.0.bin`, `voices.bin` and `voices.npz`; for one that was given by name, the published voices
    /// that [`find_voices`](crate::assets::find_voices) finds, as for `auto` here. The built-in model has its own voices.
    pub fn voices(mut self, voices: impl AsRef<Path>) -> Self {
        self.voices = Some(voices.as_ref().to_owned());
        self
    }

    /// Threads to compute with, divided among the sessions. Default: `KOKORO_NUM_THREADS`, else as many as the
    /// process may use (affinity and container quota counted).
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// How many requests the model computes at the same time. Each session costs memory to work with and, unless the model is
    /// [prepared](Self::prepare), that of the whole model; on few cores one session with all threads is as fast. Default 1.
    pub fn sessions(mut self, sessions: usize) -> Self {
        self.sessions = sessions;
        self
    }

    /// Whether waiting threads spin for a moment before they sleep: a little faster, and costly where processor time is
    /// shared or paid. Default off.
    pub fn spinning(mut self, spinning: bool) -> Self {
        self.spinning = spinning;
        self
    }

    /// ONNX Runtime's shared library, an absolute path. Default: searched for, see [`runtime`](crate::runtime). A
    /// process can load only one.
    pub fn runtime_library(mut self, library: impl AsRef<Path>) -> Self {
        self.runtime_library = Some(library.as_ref().to_owned());
        self
    }

    /// How far the model's graph may be changed to make it faster. Default [`Optimization::Fast`]. What was done is in
    /// [`model_report`](Synthesizer::model_report).
    pub fn optimization(mut self, optimization: Optimization) -> Self {
        self.prepare.optimization = optimization;
        self
    }

    /// Whether to run the changed generator beside the original when the model is loaded, and to go without the changes
    /// if the results differ by more than rounding; [`model_report`](Synthesizer::model_report) tells. It adds about
    /// half of the loading time, and memory while it lasts, so it is meant for the first load of an unknown file.
    /// [Preparing](Self::prepare) a model always does it, and loading one that is prepared need not. Default: no.
    pub fn verify(mut self, verify: bool) -> Self {
        self.prepare.verify = verify;
        self
    }

    /// Whether to load the model from files that were [prepared](Self::prepare) for that, which takes less time and memory
    /// and gives the same speech. Default [`Prepared::Use`]: if they are there. Whether they were used is in
    /// [`model_report`](Synthesizer::model_report).
    pub fn prepared(mut self, prepared: Prepared) -> Self {
        self.prepared = prepared;
        self
    }

    /// What computes the generator, for comparisons.
    #[doc(hidden)]
    pub fn vocoder(mut self, vocoder: Vocoder) -> Self {
        self.prepare.vocoder = vocoder;
        self
    }

    /// Longest text that a request may have, in bytes; longer ones are refused before any work. Default 1,048,576.
    pub fn max_text_bytes(mut self, bytes: usize) -> Self {
        self.max_text_bytes = bytes;
        self
    }

    /// How many phoneme symbols the model should speak in one run; long text is cut at sentence ends into parts of about
    /// this size. Larger takes more memory (2.1 MiB for each symbol) and is spoken less carefully, smaller breaks up
    /// sentences. At most what the model takes (510). Default 250.
    pub fn chunk_symbols(mut self, symbols: usize) -> Self {
        self.chunk_symbols = symbols;
        self
    }

    /// How many requests may be active at once, waiting or being spoken; one more is refused with
    /// [`Busy`](ErrorKind::Busy). Each of them gets its share of the audio, so more of them are served later, not never.
    /// Default 64.
    pub fn max_requests(mut self, requests: usize) -> Self {
        self.max_requests = requests;
        self
    }

    /// How many chunks of a [stream](crate::SpeechStream) are made ahead of what was taken from it. More bridge a caller's
    /// longer pauses, and cost memory: a chunk of 250 symbols is some 15 s of speech, or 1.5 MB. Default 2.
    pub fn stream_buffer(mut self, chunks: usize) -> Self {
        self.stream_buffer = chunks;
        self
    }

    /// How text is read, for all requests that do not say otherwise. It replaces all settings, the
    /// [lexicon](Self::lexicon) among them.
    ///
    /// ```
    /// use kokoro_core::Synthesizer;
    /// use kokoro_core::g2p::{Settings, Symbols};
    ///
    /// let builder = Synthesizer::builder().model("builtin").g2p(Settings::default().symbols(Symbols::Skip));
    /// # let _ = builder;
    /// ```
    pub fn g2p(mut self, settings: Settings) -> Self {
        self.g2p = settings;
        self
    }

    /// How text is read so far: what [`g2p`](Self::g2p), [`lexicon`](Self::lexicon) and [`from_env`](Self::from_env) set. To
    /// change one setting and keep the others.
    ///
    /// ```
    /// use kokoro_core::Synthesizer;
    /// use kokoro_core::g2p::Symbols;
    ///
    /// let builder = Synthesizer::builder();
    /// let settings = builder.g2p_settings().clone().symbols(Symbols::Skip);
    /// assert_eq!(builder.g2p(settings.clone()).g2p_settings(), &settings);
    /// ```
    pub fn g2p_settings(&self) -> &Settings {
        &self.g2p
    }

    /// Words whose pronunciation is given, in place of the dictionaries'. A request can add
    /// [words of its own](crate::SpeechRequest::pronunciations), which win. Default: none.
    ///
    /// ```
    /// use kokoro_core::Synthesizer;
    /// use kokoro_core::g2p::Lexicon;
    ///
    /// # fn main() -> kokoro_core::Result<()> {
    /// let names = Lexicon::from_entries([("Nguyen", "wˈɪn")])?;
    /// let synthesizer = Synthesizer::builder().model("builtin").lexicon(names).build()?;
    /// # let _ = synthesizer;
    /// # Ok(())
    /// # }
    /// ```
    pub fn lexicon(mut self, lexicon: Lexicon) -> Self {
        self.g2p = self.g2p.lexicon(lexicon);
        self
    }

    /// How much memory pronunciations of past text may take, in bytes. A paragraph that comes again then costs next to
    /// nothing; 0 switches the cache off. Default 4,194,304.
    pub fn g2p_cache_bytes(mut self, bytes: usize) -> Self {
        self.g2p_cache_bytes = Some(bytes);
        self
    }

    /// Loads the model and opens the voices.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`], [`ErrorKind::ModelNotFound`], [`ErrorKind::InvalidModel`],
    /// [`ErrorKind::RuntimeNotFound`], [`ErrorKind::RuntimeIncompatible`], [`ErrorKind::InvalidVoiceFile`],
    /// [`ErrorKind::Io`].
    pub fn build(self) -> Result<Synthesizer> {
        let begin = Instant::now();
        self.check_limits()?;
        let (source, its_voices) = self.source()?;
        let voices = self.open_voices(&source, its_voices)?;
        let engine = Engine::load(&source, &self.engine_options())?;
        let most = engine.spec().max_symbols;
        if self.chunk_symbols > most {
            return Err(out_of_range("chunk_symbols", self.chunk_symbols, 1, most));
        }
        tracing::info!(model = %source, seconds = begin.elapsed().as_secs_f64(), "loaded");
        let phonemizer = match self.g2p_cache_bytes {
            Some(bytes) => Phonemizer::with_cache_bytes(self.g2p, bytes),
            None => Phonemizer::new(self.g2p),
        };
        let scheduler = Scheduler::start(self.sessions, self.max_requests).map_err(|error| {
            Error::new(ErrorKind::Internal, format!("the system does not start a thread: {error}"))
                .with_source(error)
        })?;
        let core = Core {
            engine,
            voices,
            phonemizer,
            max_text_bytes: self.max_text_bytes,
            chunk_symbols: self.chunk_symbols,
            stream_buffer: self.stream_buffer,
        };
        Ok(Synthesizer(Arc::new(Inner { core: Arc::new(core), scheduler, refused: AtomicU64::new(0) })))
    }

    /// Prepares the model for [`build`](Self::build) with the same settings: the changed graph and the packed weights are
    /// written to a folder beside the model file, or to the cache folder if that cannot be written. Voices are not needed.
    /// If a preparation that fits is there already, it is checked and left as it is.
    ///
    /// Meant for the build of a container, and for programs that start often. A preparation fits the model file, this
    /// version of the library, ONNX Runtime's build, the processor's instructions and the optimization; where one of them
    /// changes, the model is loaded from its file, until it is prepared again.
    ///
    /// ```no_run
    /// # fn main() -> kokoro_core::Result<()> {
    /// let prepared = kokoro_core::Synthesizer::builder().model("models/kokoro-v1.0.onnx").prepare()?;
    /// println!("{} bytes in {}", prepared.bytes(), prepared.folder().display());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if it can be written nowhere, [`ErrorKind::InvalidConfig`], [`ErrorKind::ModelNotFound`],
    /// [`ErrorKind::InvalidModel`] also for a file with its weights outside, [`ErrorKind::RuntimeNotFound`],
    /// [`ErrorKind::RuntimeIncompatible`].
    pub fn prepare(&self) -> Result<PreparedModel> {
        self.check_limits()?;
        Engine::prepare(&self.source()?.0, &self.engine_options())
    }

    /// The preparation that a model would be loaded from; `Err(None)` if there is none or none is to be used,
    /// `Err(Some(reason))` if it does not fit. ONNX Runtime must have been started.
    pub(crate) fn prepared_for(&self, model: &Path) -> Result<PathBuf, Option<String>> {
        match self.prepared {
            Prepared::Off => Err(None),
            Prepared::Use | Prepared::Make => examine_prepared(model, self.prepare),
        }
    }

    /// The model, and its voices if they need not be beside it.
    fn source(&self) -> Result<(ModelSource, Option<PathBuf>)> {
        let Some(model) = &self.model else {
            return Err(Error::new(
                ErrorKind::InvalidConfig,
                "no model was named: give `model` (or the variable KOKORO_MODEL) the path of a Kokoro `.onnx` file, \
                 `kokoro-v1.0` or `auto` for a published one that was fetched, or `builtin` for the model inside this \
                 library",
            ));
        };
        assets::find::resolve(model)
    }

    fn engine_options(&self) -> EngineOptions {
        EngineOptions {
            threads: self.threads,
            sessions: self.sessions,
            spinning: self.spinning,
            runtime_library: self.runtime_library.clone(),
            prepare: self.prepare,
            prepared: self.prepared,
        }
    }

    fn check_limits(&self) -> Result<()> {
        if !(1..=MAX_SESSIONS).contains(&self.sessions) {
            return Err(out_of_range("sessions", self.sessions, 1, MAX_SESSIONS));
        }
        if self.max_text_bytes == 0 {
            return Err(out_of_range("max_text_bytes", 0, 1, usize::MAX));
        }
        if self.chunk_symbols == 0 {
            return Err(out_of_range("chunk_symbols", 0, 1, 510));
        }
        if self.max_requests == 0 {
            return Err(out_of_range("max_requests", 0, 1, usize::MAX));
        }
        if self.stream_buffer == 0 {
            return Err(out_of_range("stream_buffer", 0, 1, usize::MAX));
        }
        Ok(())
    }

    /// Opens the voices that were named, else `its_voices`, else those beside the model.
    fn open_voices(&self, source: &ModelSource, its_voices: Option<PathBuf>) -> Result<VoiceStore> {
        let named = match &self.voices {
            Some(voices) if voices.as_os_str() == assets::find::AUTO => Some(assets::find_voices()?.path),
            named => named.clone().or(its_voices),
        };
        match (source, &named) {
            (ModelSource::Builtin, None) => VoiceStore::from_memory(ModelSource::BUILTIN_VOICES),
            (ModelSource::Builtin, Some(voices)) => Err(Error::new(
                ErrorKind::InvalidConfig,
                format!(
                    "the built-in model has its own voices and cannot use `{}`: leave `voices` (KOKORO_VOICES) out, \
                     or name a Kokoro model file",
                    voices.display()
                ),
            )),
            (ModelSource::File(_), Some(voices)) => VoiceStore::open(voices),
            (ModelSource::File(model), None) => VoiceStore::open(&voices_beside(model)?),
        }
    }
}

/// The voices that belong to a model file for which none were named.
pub(crate) fn voices_beside(model: &Path) -> Result<PathBuf> {
    const NAMES: [&str; 4] = ["voices", "voices-v1.0.bin", "voices.bin", "voices.npz"];
    let folder = model.parent().unwrap_or(Path::new(""));
    NAMES.iter().map(|name| folder.join(name)).find(|path| path.exists()).ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidConfig,
            format!(
                "no voices were named, and none of {} is beside `{}`: give `voices` (or the variable KOKORO_VOICES) a \
                 folder of voice files or one voice file",
                NAMES.join(", "),
                model.display()
            ),
        )
    })
}

fn out_of_range(name: &str, value: usize, least: usize, most: usize) -> Error {
    let limit = if most == usize::MAX { format!("at least {least}") } else { format!("{least} to {most}") };
    Error::new(ErrorKind::InvalidConfig, format!("{name} = {value}: it must be {limit}"))
}

fn number<T: FromStr>(name: &str) -> Result<Option<T>> {
    let Some(value) = std::env::var_os(name) else { return Ok(None) };
    let value = value.to_string_lossy();
    if value.trim().is_empty() {
        return Ok(None);
    }
    value.trim().parse().map(Some).map_err(|_| {
        Error::new(
            ErrorKind::InvalidConfig,
            format!("{name}={value} is not a whole number: correct or unset it"),
        )
    })
}
