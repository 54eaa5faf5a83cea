//! NumPy `.npz` archives: many voices in one file, each a `.npy` entry named after its key.

use std::io::{Read, Seek};

use super::archive::Archive;
use super::npy;
use super::pack::{MAX_VOICE_BYTES, Voice};
use crate::Result;

/// What NumPy appends to a key.
const SUFFIX: &str = ".npy";

/// Longest header a `.npy` entry may have beside the data, in bytes.
const HEADER_ALLOWANCE: usize = 16 << 10;

/// The keys of all arrays, in the order of the archive, none decoded.
pub(super) fn keys<R: Read + Seek>(archive: &Archive<'_, R>) -> Vec<String> {
    archive.names().filter_map(|name| name.strip_suffix(SUFFIX)).map(str::to_owned).collect()
}

/// Decodes the array `key`. `origin` names archive and array in errors.
///
/// # Errors
///
/// `InvalidVoiceFile` when it is missing, damaged, larger than 16 MiB, or not a voice.
pub(super) fn load<R: Read + Seek>(archive: &mut Archive<'_, R>, key: &str, origin: &str) -> Result<Voice> {
    let bytes = archive.read(&format!("{key}{SUFFIX}"), MAX_VOICE_BYTES + HEADER_ALLOWANCE)?;
    npy::decode(&bytes, origin)
}

#[cfg(test)]
mod tests {
    use super::super::archive::tests::archive;
    use super::*;
    use std::io::Cursor;
    use zip::CompressionMethod;

    const NPY: &[u8] = include_bytes!("../../tests/data/voices/ramp.npy");
    const STORED: &[u8] = include_bytes!("../../tests/data/voices/ramp_stored.npz");
    const DEFLATED: &[u8] = include_bytes!("../../tests/data/voices/ramp_deflated.npz");

    fn load_ramp(bytes: &[u8]) -> Result<Voice> {
        let mut archive = Archive::open(Cursor::new(bytes), "`x.npz`")?;
        load(&mut archive, "ramp", "`x.npz`, array `ramp`")
    }

    #[test]
    fn keys_are_the_arrays_only() {
        let bytes = archive(
            &[("af_x.npy", NPY), ("readme.txt", b""), ("folder/y.npy", NPY)],
            CompressionMethod::Stored,
        );
        assert_eq!(keys(&Archive::open(Cursor::new(bytes), "test").unwrap()), ["af_x", "folder/y"]);
    }

    #[test]
    fn truncation_is_an_error_or_harmless() {
        let whole = npy::decode(NPY, "test").unwrap();
        for bytes in [STORED, DEFLATED] {
            assert_eq!(load_ramp(bytes).unwrap(), whole);
            let mut refused = 0;
            for length in (0..bytes.len()).step_by(97) {
                match load_ramp(&bytes[..length]) {
                    Ok(voice) => assert_eq!(voice, whole, "cut at {length}"),
                    Err(_) => refused += 1,
                }
            }
            assert!(refused > 10, "{refused}");
        }
    }

    #[test]
    fn a_damaged_byte_is_an_error_or_harmless() {
        let whole = npy::decode(NPY, "test").unwrap();
        for bytes in [STORED, DEFLATED] {
            let mut refused = 0;
            for at in (0..bytes.len()).step_by(97) {
                let mut damaged = bytes.to_vec();
                damaged[at] ^= 0x55;
                match load_ramp(&damaged) {
                    Ok(voice) => assert_eq!(voice, whole, "damaged at {at}"),
                    Err(_) => refused += 1,
                }
            }
            assert!(refused > 5, "{refused}");
        }
    }

    #[test]
    fn an_oversized_entry_is_refused() {
        let zeros = vec![0; MAX_VOICE_BYTES + HEADER_ALLOWANCE + 1];
        let bytes = archive(&[("ramp.npy", &zeros)], CompressionMethod::Deflated);
        assert!(bytes.len() < 64 << 10);
        let message = load_ramp(&bytes).unwrap_err().to_string();
        assert!(message.contains("larger than"), "{message}");
    }

    #[test]
    fn errors_name_the_array() {
        let bytes = archive(&[("ramp.npy", b"\x93NUMPY\x09\x00")], CompressionMethod::Stored);
        let message = load_ramp(&bytes).unwrap_err().to_string();
        assert!(message.starts_with("`x.npz`, array `ramp`: found .npy version 9.0"), "{message}");
    }
}
