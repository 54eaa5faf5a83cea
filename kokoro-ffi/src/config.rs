//! How a synthesizer is to be.

use std::ffi::c_char;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kokoro_core::SynthesizerBuilder;
use kokoro_core::g2p::{Lexicon, Settings};

use crate::argument::{Out, string, text};
use crate::buffer::{give, kokoro_buffer};
use crate::failure::Outcome;
use crate::handle::{self, Handle};
use crate::status::kokoro_status;
use crate::synthesizer::{Speaker, kokoro_synthesizer};
use crate::{choices, guard};

/// How a synthesizer is to be: made by kokoro_config_new(), changed by the functions that follow it, used up by
/// kokoro_config_build(). Only the model must be given. Values are checked by kokoro_config_build(), except where a
/// function says otherwise.
pub struct kokoro_config(());

pub(crate) struct Config(Mutex<SynthesizerBuilder>);

impl Handle for kokoro_config {
    type Object = Config;
    const NAME: &'static str = "kokoro_config";
}

impl Config {
    fn lock(&self) -> MutexGuard<'_, SynthesizerBuilder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn set(
    config: *const kokoro_config,
    change: impl FnOnce(SynthesizerBuilder) -> Outcome<SynthesizerBuilder>,
) -> kokoro_status {
    guard::done(|| {
        let config = handle::get(config)?;
        let mut builder = config.lock();
        *builder = change(builder.clone())?;
        Ok(())
    })
}

fn set_reading(
    config: *const kokoro_config,
    change: impl FnOnce(Settings) -> Outcome<Settings>,
) -> kokoro_status {
    set(config, |builder| {
        let settings = change(builder.g2p_settings().clone())?;
        Ok(builder.g2p(settings))
    })
}

/// A configuration with every default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_config_new(config: *mut *mut kokoro_config) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(config) }?;
        out.put(handle::insert(Config(Mutex::new(kokoro_core::Synthesizer::builder()))));
        Ok(())
    })
}

/// A configuration by the environment variables KOKORO_MODEL, KOKORO_VOICES, KOKORO_NUM_THREADS and so on, which
/// docs/c.md lists. ::KOKORO_INVALID_CONFIG for a value that is not what it must be.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_config_from_environment(config: *mut *mut kokoro_config) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(config) }?;
        out.put(handle::insert(Config(Mutex::new(SynthesizerBuilder::from_env()?))));
        Ok(())
    })
}

/// The model: path of a Kokoro .onnx file; name of a published one that is on this machine, such as "kokoro-v1.0", or
/// "auto" for the first that is found; or "builtin" for the small robotic voice that the library carries. There is no
/// default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_config_set_model(
    config: *mut kokoro_config,
    model: *const c_char,
) -> kokoro_status {
    // SAFETY: the caller passes NULL or a NUL-terminated string.
    set(config, |builder| Ok(builder.model(unsafe { string(model, "model") }?)))
}

/// The voices: a folder of .bin, .npy, .npz or .pt files, one such file, or "auto". Default: beside a model that is
/// given by path, the first of voices, voices-v1.0.bin, voices.bin and voices.npz; for a published one, the published
/// voices on this machine. The built-in model has its own and takes no others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_config_set_voices(
    config: *mut kokoro_config,
    voices: *const c_char,
) -> kokoro_status {
    // SAFETY: the caller passes NULL or a NUL-terminated string.
    set(config, |builder| Ok(builder.voices(unsafe { string(voices, "voices") }?)))
}

/// ONNX Runtime's shared library, an absolute path. Default: the variable ORT_DYLIB_PATH, else searched for beside the
/// executable, in the active Python environment, the cache folder and the system's library folders. A process can load
/// only one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_config_set_runtime_library(
    config: *mut kokoro_config,
    path: *const c_char,
) -> kokoro_status {
    // SAFETY: the caller passes NULL or a NUL-terminated string.
    set(config, |builder| Ok(builder.runtime_library(unsafe { string(path, "runtime_library") }?)))
}

/// espeak-ng's library or the folder that it is in, an absolute path. Default: the variable KOKORO_ESPEAK_LIBRARY, else
/// searched for. It is opened for the first text that needs it, for the life of the process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_config_set_espeak_library(
    config: *mut kokoro_config,
    path: *const c_char,
) -> kokoro_status {
    // SAFETY: the caller passes NULL or a NUL-terminated string.
    set_reading(config, |reading| Ok(reading.espeak_library(unsafe { string(path, "espeak_library") }?)))
}

/// Threads to compute with, at least 1, divided among the sessions. Default: KOKORO_NUM_THREADS, else as many as the
/// process may use (affinity and container quota counted).
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_threads(config: *mut kokoro_config, threads: usize) -> kokoro_status {
    set(config, |builder| Ok(builder.threads(threads)))
}

/// How many requests the model computes at the same time, 1 to 64. Each session costs memory; on few cores one with all
/// threads is as fast. Default 1.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_sessions(config: *mut kokoro_config, sessions: usize) -> kokoro_status {
    set(config, |builder| Ok(builder.sessions(sessions)))
}

/// Whether waiting threads spin for a moment before they sleep (0: no): a little faster, and costly where processor
/// time is shared or paid. Default 0.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_spinning(config: *mut kokoro_config, spinning: i32) -> kokoro_status {
    set(config, |builder| Ok(builder.spinning(spinning != 0)))
}

/// How far the model may be changed to make it faster: one of ::kokoro_optimization, checked here. Default
/// ::KOKORO_OPTIMIZATION_FAST.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_optimization(
    config: *mut kokoro_config,
    optimization: i32,
) -> kokoro_status {
    set(config, |builder| Ok(builder.optimization(choices::optimization(optimization)?)))
}

/// Whether the changed model is compared with the original when it is loaded (0: no), and used unchanged if they differ
/// by more than rounding. For the first load of an unknown file. Default 0.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_verify(config: *mut kokoro_config, verify: i32) -> kokoro_status {
    set(config, |builder| Ok(builder.verify(verify != 0)))
}

/// Whether the model is loaded from prepared files: one of ::kokoro_prepared, checked here. Default
/// ::KOKORO_PREPARED_USE.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_prepared(config: *mut kokoro_config, prepared: i32) -> kokoro_status {
    set(config, |builder| Ok(builder.prepared(choices::prepared(prepared)?)))
}

/// Longest text of a request, in bytes, at least 1. Default 1,048,576.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_max_text_bytes(
    config: *mut kokoro_config,
    bytes: usize,
) -> kokoro_status {
    set(config, |builder| Ok(builder.max_text_bytes(bytes)))
}

/// How many phoneme symbols the model should speak in one run, 1 to 510: 12 are a second of speech, and long text is
/// cut at sentence ends into parts of about this size. A run takes 2.1 MiB for each. Default 250.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_chunk_symbols(
    config: *mut kokoro_config,
    symbols: usize,
) -> kokoro_status {
    set(config, |builder| Ok(builder.chunk_symbols(symbols)))
}

/// How many requests may be active at once, at least 1; one more is refused with ::KOKORO_BUSY. Default 64.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_max_requests(
    config: *mut kokoro_config,
    requests: usize,
) -> kokoro_status {
    set(config, |builder| Ok(builder.max_requests(requests)))
}

/// How many chunks of a stream are made ahead of what was taken from it, at least 1. A chunk is some 15 s of speech, or
/// 1.5 MB. Default 2.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_stream_buffer(
    config: *mut kokoro_config,
    chunks: usize,
) -> kokoro_status {
    set(config, |builder| Ok(builder.stream_buffer(chunks)))
}

/// How much memory pronunciations of past text may take, in bytes; 0 keeps none. Default 4,194,304.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_g2p_cache_bytes(
    config: *mut kokoro_config,
    bytes: usize,
) -> kokoro_status {
    set(config, |builder| Ok(builder.g2p_cache_bytes(bytes)))
}

/// Whose reading is wanted of requests that do not say otherwise: one of ::kokoro_mode, checked here. Default
/// ::KOKORO_MODE_SPOKEN.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_mode(config: *mut kokoro_config, mode: i32) -> kokoro_status {
    set_reading(config, |reading| Ok(reading.mode(choices::mode(mode)?)))
}

/// What reads unknown words in requests that do not say otherwise: one of ::kokoro_fallback, checked here. Default
/// ::KOKORO_FALLBACK_RULES.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_fallback(config: *mut kokoro_config, fallback: i32) -> kokoro_status {
    set_reading(config, |reading| Ok(reading.fallback(choices::fallback(fallback)?)))
}

/// Whether symbols are spoken in requests that do not say otherwise: one of ::kokoro_symbols, checked here. Default
/// ::KOKORO_SYMBOLS_SPEAK.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_set_symbols(config: *mut kokoro_config, symbols: i32) -> kokoro_status {
    set_reading(config, |reading| Ok(reading.symbols(choices::symbols(symbols)?)))
}

/// Words whose pronunciation is given, in place of the dictionaries': lines of a word, a tab and its phonemes, `bytes`
/// bytes or ::KOKORO_NUL_TERMINATED. Read here: ::KOKORO_INVALID_LEXICON names the line. Default: none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_config_set_lexicon(
    config: *mut kokoro_config,
    tsv: *const c_char,
    bytes: usize,
) -> kokoro_status {
    set(config, |builder| {
        // SAFETY: the caller passes NULL or a text of that length.
        let tsv = unsafe { text(tsv, bytes, "lexicon") }?;
        Ok(builder.lexicon(Lexicon::from_tsv(tsv)?))
    })
}

/// The same from a .tsv or .json file, read here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_config_load_lexicon(
    config: *mut kokoro_config,
    path: *const c_char,
) -> kokoro_status {
    // SAFETY: the caller passes NULL or a NUL-terminated string.
    set(config, |builder| Ok(builder.lexicon(Lexicon::load(unsafe { string(path, "path") }?)?)))
}

/// Loads the model and opens the voices, which takes a second or, if the model is prepared, a fraction of one. The
/// configuration is used up, whatever the outcome: it is freed and cannot be used again. `*synthesizer` is NULL after
/// an error: ::KOKORO_INVALID_CONFIG, ::KOKORO_MODEL_NOT_FOUND, ::KOKORO_INVALID_MODEL, ::KOKORO_INVALID_VOICE_FILE,
/// ::KOKORO_RUNTIME_NOT_FOUND, ::KOKORO_RUNTIME_INCOMPATIBLE, ::KOKORO_UNKNOWN_VOICE, ::KOKORO_IO.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_config_build(
    config: *mut kokoro_config,
    synthesizer: *mut *mut kokoro_synthesizer,
) -> kokoro_status {
    guard::done(|| {
        let taken = handle::take(config);
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(synthesizer) }?;
        out.put(handle::insert(Speaker::new(taken?.lock().clone().build()?)));
        Ok(())
    })
}

/// Prepares the model for kokoro_config_build() with the same settings: it is then loaded in a fraction of the time,
/// and gives the same samples. The files are written beside the model, or to the cache folder if that cannot be done;
/// what is there already is checked and left. `*folder` is their folder, to be freed with kokoro_buffer_free(). The
/// configuration is not used up. For the build of a container, and for programs that start often.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_config_prepare(
    config: *const kokoro_config,
    folder: *mut *mut kokoro_buffer,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(folder) }?;
        let prepared = handle::get(config)?.lock().clone().prepare()?;
        out.put(give(prepared.folder().to_string_lossy().into_owned()));
        Ok(())
    })
}

/// Frees a configuration that was not built. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_config_free(config: *mut kokoro_config) -> kokoro_status {
    guard::done(|| handle::free(config))
}
