//! espeak-ng's shared library: loaded once, used by one thread at a time.
//!
//! All `unsafe` of the front end is here. The library keeps its state in globals, so every call after its start is made
//! under one lock. It is never unloaded.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use once_cell::sync::OnceCell;

use super::guard::guarded;
use super::search::{Candidate, REMEDY, Search};
use super::voice::Voice;
use crate::{Error, ErrorKind, Result};

type Initialize = unsafe extern "C" fn(c_int, c_int, *const c_char, c_int) -> c_int;
type SetVoiceByName = unsafe extern "C" fn(*const c_char) -> c_int;
type TextToPhonemes = unsafe extern "C" fn(*mut *const c_void, c_int, c_int) -> *const c_char;

/// `AUDIO_OUTPUT_RETRIEVAL`: no sound device is opened.
const NO_AUDIO: c_int = 1;
/// `espeakINITIALIZE_DONT_EXIT`: without it, a library without data ends the process.
const DONT_EXIT: c_int = 0x8000;
/// `espeakCHARS_UTF8`.
const UTF8: c_int = 1;
/// International phonetic alphabet, with U+0361 between the characters of one phoneme.
const IPA_WITH_TIES: c_int = 0x02 | 0x80 | (0x361 << 8);

static LIBRARY: OnceCell<Library> = OnceCell::new();

/// The library of this process.
#[derive(Debug)]
pub(super) struct Library {
    path: PathBuf,
    speaker: Mutex<Speaker>,
}

/// What the lock protects: the functions and the globals behind them.
#[derive(Debug)]
struct Speaker {
    set_voice_by_name: SetVoiceByName,
    text_to_phonemes: TextToPhonemes,
    voice: Option<Voice>,
}

impl Library {
    /// The library, loaded if it is not yet; a failure can be tried again.
    pub(super) fn get(explicit: Option<&Path>) -> Result<&'static Self> {
        let library =
            LIBRARY.get_or_try_init(|| load(&Search::of_this_process(explicit)).inspect(announce))?;
        match explicit {
            Some(explicit) if !library.is_at(explicit) => Err(Error::new(
                ErrorKind::InvalidConfig,
                format!(
                    "espeak_library names `{}`, but this process has loaded `{}`, and it can hold only one",
                    explicit.display(),
                    library.path.display()
                ),
            )),
            _ => Ok(library),
        }
    }

    /// The file of the library, if it has been loaded.
    pub(super) fn path() -> Option<&'static Path> {
        LIBRARY.get().map(|library| library.path.as_path())
    }

    /// Whether `path` is the file of the library, or the folder that it is in.
    fn is_at(&self, path: &Path) -> bool {
        let own = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        path.canonicalize().is_ok_and(|path| path == own || own.parent() == Some(&path))
    }

    /// Makes sure that `voice` is there.
    pub(super) fn check(&self, voice: Voice) -> Result<()> {
        self.lock().select(voice).map_err(|code| self.without(voice, code))
    }

    /// What espeak-ng says for `text`, clause by clause.
    pub(super) fn phonemes(&self, text: &str, voice: Voice) -> Result<Vec<String>> {
        // A zero would end the text.
        let text = CString::new(guarded(text, voice).replace('\0', " ")).unwrap_or_default();
        let mut speaker = self.lock();
        speaker.select(voice).map_err(|code| self.without(voice, code))?;
        Ok(speaker.phonemes(&text))
    }

    fn lock(&self) -> MutexGuard<'_, Speaker> {
        // A panic elsewhere leaves the voice as it was noted.
        self.speaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn without(&self, voice: Voice, code: c_int) -> Error {
        Error::new(
            ErrorKind::RuntimeIncompatible,
            format!(
                "espeak-ng at `{}` has no voice `{}` (its error {code}): install all of its data",
                self.path.display(),
                voice.name().to_string_lossy()
            ),
        )
    }
}

impl Speaker {
    /// Makes `voice` the voice of the library. An unknown one leaves the last in place, so the code counts.
    fn select(&mut self, voice: Voice) -> Result<(), c_int> {
        if self.voice == Some(voice) {
            return Ok(());
        }
        // SAFETY: the function has this signature since espeak-ng 1.49; the name ends with a zero and outlives the
        // call; `&mut self` is only to be had under the lock.
        #[expect(unsafe_code, reason = "a C library is called")]
        let code = unsafe { (self.set_voice_by_name)(voice.name().as_ptr()) };
        self.voice = (code == 0).then_some(voice);
        if code == 0 { Ok(()) } else { Err(code) }
    }

    fn phonemes(&mut self, text: &CStr) -> Vec<String> {
        let mut clauses = Vec::new();
        let mut rest: *const c_void = text.as_ptr().cast();
        // It moves on in the text with every call; the bound is for a library that would not.
        for _ in 0..=text.count_bytes() {
            if rest.is_null() {
                break;
            }
            // SAFETY: the function has this signature since espeak-ng 1.49; `rest` points into `text`, which ends with
            // a zero, is not written to and outlives the call; the lock is held.
            #[expect(unsafe_code, reason = "a C library is called")]
            let clause = unsafe { (self.text_to_phonemes)(&raw mut rest, UTF8, IPA_WITH_TIES) };
            if !clause.is_null() {
                // SAFETY: the result is a string in a buffer of the library, valid until its next call, which the lock
                // keeps from happening before the string has been copied.
                #[expect(unsafe_code, reason = "a C string is read")]
                let clause = unsafe { CStr::from_ptr(clause) };
                clauses.push(clause.to_string_lossy().into_owned());
            }
        }
        clauses
    }
}

fn announce(library: &Library) {
    tracing::debug!("espeak-ng: {}", library.path.display());
}

fn load(search: &Search) -> Result<Library> {
    let mut failures = Vec::new();
    let mut found = false;
    for Candidate { path, origin, is_final } in search.candidates()? {
        match open(&path, search.data(&path).as_deref()) {
            Ok(library) => return Ok(library),
            Err(reason) => {
                found |= path.is_absolute();
                let failure = format!("`{}` ({origin}): {reason}", path.display());
                if is_final {
                    return Err(incompatible(&failure));
                }
                tracing::debug!("cannot use espeak-ng at {failure}");
                failures.push(failure);
            }
        }
    }
    if found {
        return Err(incompatible(&failures.join("; ")));
    }
    let places: Vec<_> = search.places().iter().map(|place| place.display().to_string()).collect();
    Err(Error::new(
        ErrorKind::EspeakNotFound,
        format!(
            "espeak-ng's library was not found: {REMEDY}. Looked in: {}",
            if places.is_empty() { "no folder at all".into() } else { places.join(", ") }
        ),
    ))
}

fn incompatible(failure: &str) -> Error {
    Error::new(ErrorKind::RuntimeIncompatible, format!("no usable espeak-ng: {failure}. Remedy: {REMEDY}"))
}

/// Loads and starts the library at `path`; the error says why that failed.
fn open(path: &Path, data: Option<&Path>) -> Result<Library, String> {
    let data = data
        .map(|data| CString::new(data.as_os_str().as_encoded_bytes()))
        .transpose()
        .map_err(|_| "the folder of its data has a zero in its name".to_owned())?;
    // SAFETY: loading runs the initialisers of a file that is espeak-ng by the user's word or its name and place.
    // Those of espeak-ng do nothing that touches other code.
    #[expect(unsafe_code, reason = "the library is optional, so it is loaded at run time")]
    let library = unsafe { libloading::Library::new(path) };
    // Never unloaded: its functions are kept, and a failed start cannot be undone.
    let library: &'static libloading::Library =
        Box::leak(Box::new(library.map_err(|error| format!("the system cannot load it: {}", why(&error)))?));
    let missing = |error: libloading::Error| format!("it is not espeak-ng: {}", why(&error));
    // SAFETY: these are the signatures in `speak_lib.h` since espeak-ng 1.49, and of eSpeak before it.
    #[expect(unsafe_code, reason = "C functions are looked up by name")]
    let (initialize, set_voice_by_name, text_to_phonemes) = unsafe {
        (
            *library.get::<Initialize>(c"espeak_Initialize").map_err(missing)?,
            *library.get::<SetVoiceByName>(c"espeak_SetVoiceByName").map_err(missing)?,
            *library.get::<TextToPhonemes>(c"espeak_TextToPhonemes").map_err(missing)?,
        )
    };
    let folder = data.as_ref().map_or(std::ptr::null(), |data| data.as_ptr());
    // SAFETY: the path ends with a zero or is null, which stands for the library's own; only one thread at a time gets
    // here, inside `LIBRARY`, and no other function of the library has been called.
    #[expect(unsafe_code, reason = "a C library is started")]
    let rate = unsafe { initialize(NO_AUDIO, 0, folder, DONT_EXIT) };
    if rate <= 0 {
        return Err(format!(
            "it cannot start (its error {rate}); perhaps its data is missing: name the folder `espeak-ng-data` with \
             KOKORO_ESPEAK_DATA"
        ));
    }
    let speaker = Mutex::new(Speaker { set_voice_by_name, text_to_phonemes, voice: None });
    Ok(Library { path: path.to_owned(), speaker })
}

/// The cause, which says more than the error itself.
fn why(error: &libloading::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_library_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libespeak-ng.so");
        std::fs::write(&path, "plain text").unwrap();
        let error = load(&Search::of_this_process(Some(&path))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RuntimeIncompatible);
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        assert!(error.to_string().contains("apt install"), "{error}");
    }

    #[test]
    fn nothing_found_names_the_remedies() {
        let error = load(&Search::of_this_process(Some(Path::new("/nowhere/espeak.so")))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::EspeakNotFound);
    }
}
