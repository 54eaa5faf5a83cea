//! Settings that are one of a few values.
//!
//! C passes any number, so functions take integers and look them up here.

use kokoro_core::g2p::{Fallback, Mode, Symbols};
use kokoro_core::{Optimization, Prepared, WavFormat};

use crate::argument::choice;
use crate::failure::Outcome;

/// How far a model may be changed to make it faster. The length of the audio is the same with all of them.
#[repr(i32)]
#[derive(Debug, Clone, Copy)]
pub enum kokoro_optimization {
    /// Not at all: the samples are those that ONNX Runtime computes from the file.
    KOKORO_OPTIMIZATION_EXACT = 0,
    /// As far as the samples stay within 90 dB of the exact ones. The default.
    KOKORO_OPTIMIZATION_FAST = 1,
    /// As far as the samples stay within 105 dB of the exact ones (102 dB for texts near the longest).
    KOKORO_OPTIMIZATION_FINE = 2,
}

/// Whether a model is loaded from files that were prepared for that, see kokoro_config_prepare().
#[repr(i32)]
#[derive(Debug, Clone, Copy)]
pub enum kokoro_prepared {
    /// No.
    KOKORO_PREPARED_OFF = 0,
    /// If they are there. The default.
    KOKORO_PREPARED_USE = 1,
    /// If they are there; else they are made.
    KOKORO_PREPARED_MAKE = 2,
}

/// Whose reading of a text is wanted.
#[repr(i32)]
#[derive(Debug, Clone, Copy)]
pub enum kokoro_mode {
    /// What a reader would say: units, dates, times and symbols are spoken in words. The default.
    KOKORO_MODE_SPOKEN = 0,
    /// What Python's misaki 0.9.4 says, with its omissions, for comparisons. English only.
    KOKORO_MODE_REFERENCE = 1,
}

/// What reads the words that no dictionary has.
#[repr(i32)]
#[derive(Debug, Clone, Copy)]
pub enum kokoro_fallback {
    /// The library's letter-to-sound rules and spelling. The default.
    KOKORO_FALLBACK_RULES = 0,
    /// An installed espeak-ng library; ::KOKORO_ESPEAK_NOT_FOUND where there is none.
    KOKORO_FALLBACK_ESPEAK = 1,
    /// Nothing: the word is not spoken.
    KOKORO_FALLBACK_NONE = 2,
}

/// Whether symbols and emoji are spoken by their names.
#[repr(i32)]
#[derive(Debug, Clone, Copy)]
pub enum kokoro_symbols {
    /// They are. The default.
    KOKORO_SYMBOLS_SPEAK = 0,
    /// Those that are no part of an amount or a formula are passed over.
    KOKORO_SYMBOLS_SKIP = 1,
}

/// How samples are written to a WAV file.
#[repr(i32)]
#[derive(Debug, Clone, Copy)]
pub enum kokoro_wav {
    /// 16-bit integers, which every player reads. Values outside -1..1 are clipped.
    KOKORO_WAV_PCM16 = 0,
    /// 32-bit floats: the samples exactly as the model made them.
    KOKORO_WAV_FLOAT32 = 1,
}

pub(crate) fn optimization(number: i32) -> Outcome<Optimization> {
    use kokoro_optimization::*;
    let values = [
        (KOKORO_OPTIMIZATION_EXACT as i32, Optimization::Exact),
        (KOKORO_OPTIMIZATION_FAST as i32, Optimization::Fast),
        (KOKORO_OPTIMIZATION_FINE as i32, Optimization::Fine),
    ];
    choice(number, "optimization", &values)
}

pub(crate) fn prepared(number: i32) -> Outcome<Prepared> {
    use kokoro_prepared::*;
    let values = [
        (KOKORO_PREPARED_OFF as i32, Prepared::Off),
        (KOKORO_PREPARED_USE as i32, Prepared::Use),
        (KOKORO_PREPARED_MAKE as i32, Prepared::Make),
    ];
    choice(number, "prepared", &values)
}

pub(crate) fn mode(number: i32) -> Outcome<Mode> {
    use kokoro_mode::*;
    let values = [(KOKORO_MODE_SPOKEN as i32, Mode::Spoken), (KOKORO_MODE_REFERENCE as i32, Mode::Reference)];
    choice(number, "mode", &values)
}

pub(crate) fn fallback(number: i32) -> Outcome<Fallback> {
    use kokoro_fallback::*;
    let values = [
        (KOKORO_FALLBACK_RULES as i32, Fallback::Rules),
        (KOKORO_FALLBACK_ESPEAK as i32, Fallback::Espeak),
        (KOKORO_FALLBACK_NONE as i32, Fallback::None),
    ];
    choice(number, "fallback", &values)
}

pub(crate) fn symbols(number: i32) -> Outcome<Symbols> {
    use kokoro_symbols::*;
    let values = [(KOKORO_SYMBOLS_SPEAK as i32, Symbols::Speak), (KOKORO_SYMBOLS_SKIP as i32, Symbols::Skip)];
    choice(number, "symbols", &values)
}

pub(crate) fn wav(number: i32) -> Outcome<WavFormat> {
    use kokoro_wav::*;
    let values =
        [(KOKORO_WAV_PCM16 as i32, WavFormat::Pcm16), (KOKORO_WAV_FLOAT32 as i32, WavFormat::Float32)];
    choice(number, "wav", &values)
}
