//! The numbers that functions return.

use std::ffi::{CStr, c_char};

use kokoro_core::ErrorKind;

/// What a function returns. Numbers keep their meaning for ever, and those that are no longer returned are not used
/// again; new ones may be added to each range, so treat an unknown one by its range:
///
/// - 0 to 99: it worked.
/// - 100 to 199: the call is wrong: a defect of the calling program.
/// - 200 to 299: this request cannot be spoken; another one can.
/// - 300 to 399: something that was configured is missing or cannot be used.
/// - 400 to 499: it depends on the moment: the same request may succeed later or elsewhere.
/// - 500 to 599: files and network.
/// - 900 to 999: a defect of the library, or of one below it.
///
/// After any status from 100 on, and after ::KOKORO_ABSENT, kokoro_last_error() tells more.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum kokoro_status {
    /// Done.
    KOKORO_OK = 0,
    /// The stream has no more chunks.
    KOKORO_DONE = 1,
    /// It was ended before its end, as was asked for.
    KOKORO_STOPPED = 2,
    /// There is no such thing, and that is no error: a model that gives no durations has no times of words.
    KOKORO_ABSENT = 3,

    /// A pointer is NULL that must not be.
    KOKORO_NULL_POINTER = 100,
    /// A handle was freed, used up or never given out, or is of another type.
    KOKORO_INVALID_HANDLE = 101,
    /// A string is not UTF-8.
    KOKORO_INVALID_UTF8 = 102,
    /// A number is not one of those that are allowed.
    KOKORO_INVALID_ARGUMENT = 103,
    /// Another thread is using the stream at this moment.
    KOKORO_IN_USE = 104,
    /// The log callback called a function that it must not call.
    KOKORO_IN_LOG_CALLBACK = 105,

    /// The text is empty or blank.
    KOKORO_EMPTY_TEXT = 200,
    /// The text is longer than the configured limit.
    KOKORO_TEXT_TOO_LONG = 201,
    /// The text holds nothing that has a sound, such as only symbols.
    KOKORO_NOTHING_TO_SPEAK = 202,
    /// The language code is not known, or no pronunciation is available for it.
    KOKORO_UNKNOWN_LANGUAGE = 203,
    /// The speed is not finite, out of range, or a fraction for a model that takes whole numbers only.
    KOKORO_INVALID_SPEED = 204,
    /// A voice name or mix cannot be parsed.
    KOKORO_INVALID_VOICE_NAME = 205,
    /// No voice of that name is there.
    KOKORO_UNKNOWN_VOICE = 206,
    /// A pronunciation lexicon holds something that cannot be used.
    KOKORO_INVALID_LEXICON = 207,

    /// A setting or an environment variable is out of range, or nothing was configured.
    KOKORO_INVALID_CONFIG = 300,
    /// No model file at the given path.
    KOKORO_MODEL_NOT_FOUND = 301,
    /// The file is not an ONNX model, or not one with Kokoro's inputs and outputs.
    KOKORO_INVALID_MODEL = 302,
    /// A voice file is damaged or of the wrong shape.
    KOKORO_INVALID_VOICE_FILE = 303,
    /// ONNX Runtime's shared library was not found.
    KOKORO_RUNTIME_NOT_FOUND = 304,
    /// A library was found but cannot be used: too old, for another platform, or damaged.
    KOKORO_RUNTIME_INCOMPATIBLE = 305,
    /// espeak-ng's shared library, which the language or the settings ask for, was not found.
    KOKORO_ESPEAK_NOT_FOUND = 306,

    /// The request was cancelled.
    KOKORO_CANCELLED = 400,
    /// As many requests are active as may be: kokoro_last_retry_after_seconds() says when to try again.
    KOKORO_BUSY = 401,
    /// The request took longer than it may.
    KOKORO_TIMEOUT = 402,
    /// The synthesizer was shut down.
    KOKORO_SHUT_DOWN = 403,
    /// The synthesizer was made before this process was forked, and its threads are in the parent.
    KOKORO_STALE = 404,

    /// Reading or writing a file failed.
    KOKORO_IO = 500,
    /// A file could not be fetched: the server cannot be reached, refuses it or does not have it.
    KOKORO_DOWNLOAD = 501,
    /// A fetched file is not the one that it should be; it was not put in place.
    KOKORO_INTEGRITY_MISMATCH = 502,
    /// A file would have to be fetched, and HF_HUB_OFFLINE forbids it.
    KOKORO_OFFLINE = 503,

    /// ONNX Runtime failed while running the model.
    KOKORO_INFERENCE = 900,
    /// A defect of this library or of one below it. Please report it.
    KOKORO_INTERNAL = 901,
}

use kokoro_status::*;

impl kokoro_status {
    /// Every status, with its stable name.
    const NAMES: &'static [(Self, &'static CStr)] = &[
        (KOKORO_OK, c"ok"),
        (KOKORO_DONE, c"done"),
        (KOKORO_STOPPED, c"stopped"),
        (KOKORO_ABSENT, c"absent"),
        (KOKORO_NULL_POINTER, c"null_pointer"),
        (KOKORO_INVALID_HANDLE, c"invalid_handle"),
        (KOKORO_INVALID_UTF8, c"invalid_utf8"),
        (KOKORO_INVALID_ARGUMENT, c"invalid_argument"),
        (KOKORO_IN_USE, c"in_use"),
        (KOKORO_IN_LOG_CALLBACK, c"in_log_callback"),
        (KOKORO_EMPTY_TEXT, c"empty_text"),
        (KOKORO_TEXT_TOO_LONG, c"text_too_long"),
        (KOKORO_NOTHING_TO_SPEAK, c"nothing_to_speak"),
        (KOKORO_UNKNOWN_LANGUAGE, c"unknown_language"),
        (KOKORO_INVALID_SPEED, c"invalid_speed"),
        (KOKORO_INVALID_VOICE_NAME, c"invalid_voice_name"),
        (KOKORO_UNKNOWN_VOICE, c"unknown_voice"),
        (KOKORO_INVALID_LEXICON, c"invalid_lexicon"),
        (KOKORO_INVALID_CONFIG, c"invalid_config"),
        (KOKORO_MODEL_NOT_FOUND, c"model_not_found"),
        (KOKORO_INVALID_MODEL, c"invalid_model"),
        (KOKORO_INVALID_VOICE_FILE, c"invalid_voice_file"),
        (KOKORO_RUNTIME_NOT_FOUND, c"runtime_not_found"),
        (KOKORO_RUNTIME_INCOMPATIBLE, c"runtime_incompatible"),
        (KOKORO_ESPEAK_NOT_FOUND, c"espeak_not_found"),
        (KOKORO_CANCELLED, c"cancelled"),
        (KOKORO_BUSY, c"busy"),
        (KOKORO_TIMEOUT, c"timeout"),
        (KOKORO_SHUT_DOWN, c"shut_down"),
        (KOKORO_STALE, c"stale"),
        (KOKORO_IO, c"io"),
        (KOKORO_DOWNLOAD, c"download"),
        (KOKORO_INTEGRITY_MISMATCH, c"integrity_mismatch"),
        (KOKORO_OFFLINE, c"offline"),
        (KOKORO_INFERENCE, c"inference"),
        (KOKORO_INTERNAL, c"internal"),
    ];
}

impl From<ErrorKind> for kokoro_status {
    fn from(kind: ErrorKind) -> Self {
        // The names are the same in every language, and a test finds each of them here.
        let same = |(_, name): &&(Self, &CStr)| name.to_bytes() == kind.as_str().as_bytes();
        Self::NAMES.iter().find(same).map_or(KOKORO_INTERNAL, |&(status, _)| status)
    }
}

/// The stable name of a status, such as "empty_text"; "unknown" for a number that is no status. The names of those from
/// 200 on are the same in every language. NUL-terminated, never NULL, valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_status_name(status: i32) -> *const c_char {
    let found = kokoro_status::NAMES.iter().find(|(known, _)| *known as i32 == status);
    found.map_or(c"unknown", |(_, name)| name).as_ptr()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kind_of_error_has_a_status_of_its_own() {
        let mut seen = HashSet::new();
        for &kind in ErrorKind::ALL {
            let status = kokoro_status::from(kind);
            assert!(status as i32 >= 200, "{kind}");
            assert!(seen.insert(status), "{kind} has the status of another kind, or none");
        }
        // And no status from 200 on is left over.
        let errors = kokoro_status::NAMES.iter().filter(|(status, _)| *status as i32 >= 200).count();
        assert_eq!(seen.len(), errors);
    }

    #[test]
    fn numbers_and_names_are_unique() {
        let numbers: HashSet<_> = kokoro_status::NAMES.iter().map(|(status, _)| *status as i32).collect();
        let names: HashSet<_> = kokoro_status::NAMES.iter().map(|(_, name)| name).collect();
        assert_eq!((numbers.len(), names.len()), (kokoro_status::NAMES.len(), kokoro_status::NAMES.len()));
    }
}
