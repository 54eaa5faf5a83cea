//! From a request to words with phonemes: checks first, work after.

use std::sync::Arc;

use super::Inner;
use crate::g2p::{self, Phonemes, Pronunciation, Settings};
use crate::request::{Input, MAX_SPEED, MIN_SPEED};
use crate::voice::VoiceMix;
use crate::{Error, ErrorKind, Language, Result, SpeechRequest};

/// Used where it is there and no voice is named.
const PREFERRED_VOICE: &str = "af_heart";

/// Refuses what cannot be spoken before any work is done for it.
pub(super) fn check(inner: &Inner, request: &SpeechRequest) -> Result<()> {
    let text = request.text();
    if text.len() > inner.max_text_bytes {
        return Err(Error::new(
            ErrorKind::TextTooLong,
            format!(
                "the text has {} bytes, the limit is {}: cut it into several requests, or raise `max_text_bytes` \
                 (KOKORO_MAX_TEXT_BYTES)",
                text.len(),
                inner.max_text_bytes
            ),
        ));
    }
    if text.trim().is_empty() {
        return Err(Error::new(
            ErrorKind::EmptyText,
            "the text is empty or blank: there is nothing to speak",
        ));
    }
    if !(MIN_SPEED..=MAX_SPEED).contains(&request.speed) {
        return Err(Error::new(
            ErrorKind::InvalidSpeed,
            format!("speed {} is out of range: give {MIN_SPEED} to {MAX_SPEED}, 1 is normal", request.speed),
        ));
    }
    inner.engine.check_speed(request.speed)?;
    if request.seed.is_some() { inner.engine.check_seed() } else { Ok(()) }
}

/// The voice of the request, or the default one.
pub(super) fn voice(inner: &Inner, request: &SpeechRequest) -> Result<VoiceMix> {
    match &request.voice {
        Some(voice) => voice.parse(),
        None if inner.voices.contains(PREFERRED_VOICE) => PREFERRED_VOICE.parse(),
        None => match inner.voices.list().first() {
            Some(voice) => voice.name.parse(),
            None => Err(Error::new(ErrorKind::UnknownVoice, "there is no voice")),
        },
    }
}

/// The words of the request's text with their phonemes.
pub(super) fn phonemize(
    inner: &Inner,
    request: &SpeechRequest,
    voice: &VoiceMix,
) -> Result<Arc<Pronunciation>> {
    match &request.input {
        Input::Phonemes(phonemes) => g2p::convert(&Phonemes, phonemes, &Settings::default()).map(Arc::new),
        Input::Text(text) => {
            let by_voice = || voice.parts().first().and_then(|(name, _)| Language::from_voice_name(name));
            let language = request.language.or_else(by_voice).unwrap_or(Language::EnUs);
            match settings(inner.phonemizer.settings(), request) {
                Some(settings) => inner.phonemizer.phonemize_with(text, language, &settings),
                None => inner.phonemizer.phonemize(text, language),
            }
        }
    }
}

/// The settings of the synthesizer with what the request changes, if it changes any.
fn settings(default: &Settings, request: &SpeechRequest) -> Option<Settings> {
    let SpeechRequest { mode, fallback, symbols, pronunciations, .. } = request;
    if mode.is_none() && fallback.is_none() && symbols.is_none() && pronunciations.is_none() {
        return None;
    }
    let mut settings = default.clone();
    if let Some(mode) = mode {
        settings = settings.mode(*mode);
    }
    if let Some(fallback) = fallback {
        settings = settings.fallback(*fallback);
    }
    if let Some(symbols) = symbols {
        settings = settings.symbols(*symbols);
    }
    if let Some(pronunciations) = pronunciations {
        settings = settings.overrides(pronunciations.clone());
    }
    Some(settings)
}
