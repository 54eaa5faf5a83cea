//! From a request to words with phonemes: checks first, work after.

use super::Inner;
use crate::g2p::{self, G2p, Phonemes, Pronunciation, Settings};
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
    inner.engine.check_speed(request.speed)
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
pub(super) fn phonemize(request: &SpeechRequest, voice: &VoiceMix) -> Result<Pronunciation> {
    let g2p: &dyn G2p = match &request.input {
        Input::Phonemes(_) => &Phonemes,
        Input::Text(_) => {
            let by_voice = || voice.parts().first().and_then(|(name, _)| Language::from_voice_name(name));
            g2p::for_language(request.language.or_else(by_voice).unwrap_or(Language::EnUs))?
        }
    };
    g2p::convert(g2p, request.text(), &Settings::default())
}
