//! From a request to words with phonemes: checks first, work after.

use std::ops::Range;
use std::sync::Arc;

use super::core::Core;
use crate::g2p::{self, Phonemes, Pronunciation, Settings, Word};
use crate::request::{Input, MAX_SPEED, MIN_SPEED};
use crate::text::pause;
use crate::voice::VoiceMix;
use crate::{Error, ErrorKind, Language, Result, SpeechRequest};

/// Used where it is there and no voice is named.
const PREFERRED_VOICE: &str = "af_heart";

/// Refuses what cannot be spoken before any work is done for it.
pub(super) fn check(core: &Core, request: &SpeechRequest) -> Result<()> {
    let text = request.text();
    if text.len() > core.max_text_bytes {
        return Err(Error::new(
            ErrorKind::TextTooLong,
            format!(
                "the text has {} bytes, the limit is {}: cut it into several requests, or raise `max_text_bytes` \
                 (KOKORO_MAX_TEXT_BYTES)",
                text.len(),
                core.max_text_bytes
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
    core.engine.check_speed(request.speed)?;
    if request.seed.is_some() { core.engine.check_seed() } else { Ok(()) }
}

/// The voice of the request, or the default one.
pub(super) fn voice(core: &Core, request: &SpeechRequest) -> Result<VoiceMix> {
    match &request.voice {
        Some(voice) => voice.parse(),
        None if core.voices.contains(PREFERRED_VOICE) => PREFERRED_VOICE.parse(),
        None => match core.voices.list().first() {
            Some(voice) => voice.name.parse(),
            None => Err(Error::new(ErrorKind::UnknownVoice, "there is no voice")),
        },
    }
}

/// Reads a request's text, part by part.
pub(super) struct Reader {
    source: Source,
}

enum Source {
    Phonemes,
    Text { language: Language, settings: Settings },
}

impl Reader {
    pub(super) fn new(core: &Core, request: &SpeechRequest, voice: &VoiceMix) -> Self {
        let source = match &request.input {
            Input::Phonemes(_) => Source::Phonemes,
            Input::Text(_) => {
                let by_voice = || voice.parts().first().and_then(|(name, _)| Language::from_voice_name(name));
                let language = request.language.or_else(by_voice).unwrap_or(Language::EnUs);
                Source::Text { language, settings: settings(core.phonemizer.settings(), request) }
            }
        };
        Self { source }
    }

    /// The words of `text` with their phonemes. Adds the parts of it that were in the cache to `hits`.
    pub(super) fn read(&self, core: &Core, text: &str, hits: &mut u64) -> Result<Arc<Pronunciation>> {
        match &self.source {
            Source::Phonemes => g2p::convert(&Phonemes, text, &Settings::default()).map(Arc::new),
            Source::Text { language, settings } => {
                core.phonemizer.phonemize_counting(text, *language, settings, hits)
            }
        }
    }

    /// The words of a whole text, which ends a paragraph at every pause that it asks for.
    pub(super) fn read_all(&self, core: &Core, text: &str) -> Result<Arc<Pronunciation>> {
        let pauses = pause::find(text);
        if pauses.is_empty() {
            return self.read(core, text, &mut 0);
        }
        let mut whole = Pronunciation::default();
        let mut start = 0;
        let end = text.len()..text.len();
        for end in pauses.into_iter().map(|pause| pause.range).chain(std::iter::once(end)) {
            let part = self.read(core, text.get(start..end.start).unwrap_or_default(), &mut 0)?;
            let shifted = |range: &Range<usize>| start + range.start..start + range.end;
            let before = whole.words.len();
            if before > 0 && !part.words.is_empty() {
                whole.paragraph_starts.push(before);
            }
            whole.paragraph_starts.extend(part.paragraph_starts.iter().map(|index| before + index));
            whole
                .words
                .extend(part.words.iter().map(|word| Word { range: shifted(&word.range), ..word.clone() }));
            whole.unspoken.extend(part.unspoken.iter().map(shifted));
            start = end.end;
        }
        Ok(Arc::new(whole))
    }
}

/// The settings of the synthesizer with what the request changes.
fn settings(default: &Settings, request: &SpeechRequest) -> Settings {
    let SpeechRequest { mode, fallback, symbols, pronunciations, .. } = request;
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
    settings
}
