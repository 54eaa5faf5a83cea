//! Raw `.bin` voices: rows of little-endian `f32` and nothing else.

use super::pack::{Voice, invalid};
use crate::Result;

/// How a file begins that stands for a large file in a Git checkout without LFS.
const LFS_POINTER: &[u8] = b"version https://git-lfs";

/// Decodes the whole content of a raw voice file. `origin` names it in errors.
///
/// # Errors
///
/// `InvalidVoiceFile` when the size is not a positive multiple of 1024 bytes, or a number is not finite.
pub(super) fn decode(bytes: &[u8], origin: &str) -> Result<Voice> {
    if bytes.starts_with(LFS_POINTER) {
        return Err(invalid(
            origin,
            "is a Git LFS pointer and not the voice itself; fetch it with `git lfs pull`",
        ));
    }
    Voice::from_le_bytes(bytes, origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_from_the_size() {
        for rows in [1, 510, 511] {
            assert_eq!(decode(&vec![0; rows * 1024], "test").unwrap().rows(), rows);
        }
        assert!(decode(&[0; 1023], "test").is_err());
    }

    #[test]
    fn a_git_lfs_pointer_is_told_apart() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 522240\n";
        let message = decode(pointer, "`af_sky.bin`").unwrap_err().to_string();
        assert!(message.contains("git lfs pull"), "{message}");
    }
}
