//! The voices of a synthesizer.

use std::ffi::{CString, c_char};
use std::ptr;

use kokoro_core::{Gender, VoiceInfo};

use crate::argument::counted;
use crate::failure::without_nul;
use crate::guard;
use crate::handle;
use crate::synthesizer::kokoro_synthesizer;

/// Whether a voice sounds female or male.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum kokoro_gender {
    /// The name of the voice does not tell.
    KOKORO_GENDER_UNKNOWN = 0,
    /// Female.
    KOKORO_GENDER_FEMALE = 1,
    /// Male.
    KOKORO_GENDER_MALE = 2,
}

/// A voice. The layout is fixed: what is added later gets a function of its own.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct kokoro_voice {
    /// The name to ask for it by, never NULL.
    pub name: *const c_char,
    /// Code of the language that it was made for, such as "en-us". NULL if the name does not tell.
    pub language: *const c_char,
    /// Whether it sounds female or male.
    pub gender: kokoro_gender,
}

/// The list of a synthesizer, and the strings that it points to.
pub(crate) struct Voices {
    list: Vec<kokoro_voice>,
    _strings: Vec<CString>,
}

// SAFETY: the pointers are to strings that it owns and that nobody changes.
unsafe impl Send for Voices {}
// SAFETY: as above.
unsafe impl Sync for Voices {}

impl Voices {
    fn new(infos: &[VoiceInfo]) -> Self {
        let mut strings = Vec::new();
        let mut keep = |text: &str| {
            let string = without_nul(text);
            // The characters stay where they are when the string is moved.
            let pointer = string.as_ptr();
            strings.push(string);
            pointer
        };
        let list = infos
            .iter()
            .map(|info| kokoro_voice {
                name: keep(&info.name),
                language: info.language.map_or(ptr::null(), |language| keep(language.code())),
                gender: match info.gender {
                    Some(Gender::Female) => kokoro_gender::KOKORO_GENDER_FEMALE,
                    Some(Gender::Male) => kokoro_gender::KOKORO_GENDER_MALE,
                    _ => kokoro_gender::KOKORO_GENDER_UNKNOWN,
                },
            })
            .collect();
        Self { list, _strings: strings }
    }
}

/// The voices, `*count` of them sorted by name; valid until the handle and
/// all that kokoro_synthesizer_clone() made of it are freed. NULL if the handle is
/// not valid or `count` is NULL. None is loaded by this.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_synthesizer_voices(
    synthesizer: *const kokoro_synthesizer,
    count: *mut usize,
) -> *const kokoro_voice {
    guard::value(ptr::null(), || {
        let speaker = handle::get(synthesizer)?;
        let voices = speaker.voices.get_or_init(|| Voices::new(&speaker.synthesizer.voices()));
        // SAFETY: the caller passes NULL, or where a number can be stored.
        unsafe { counted(&voices.list, count) }
    })
}
