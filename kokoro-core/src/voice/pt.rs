//! PyTorch `.pt` voices: a zip archive with a pickle that describes one tensor, and the bytes of its storage.

use std::io::{Read, Seek};

use super::archive::Archive;
use super::pack::{MAX_VOICE_BYTES, STYLE_LEN, Voice, invalid, rows_of_shape};
use super::pickle::{self, MAX_PICKLE_BYTES, TensorRef};
use crate::Result;

/// The entry that tells a `.pt` file from other archives, below a folder of any name.
const PICKLE: &str = "data.pkl";

/// How a file begins that PyTorch before 1.6 wrote, a pickle without an archive around it.
pub(super) const LEGACY_MAGIC: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46";

/// The folder of the pickle with its final `/`, if the archive has one.
pub(super) fn folder<R: Read + Seek>(archive: &Archive<'_, R>) -> Option<String> {
    archive
        .names()
        .filter_map(|name| name.strip_suffix(PICKLE))
        .find(|folder| folder.ends_with('/') && folder.len() > 1)
        .map(str::to_owned)
}

/// Decodes the one tensor that `archive` holds. `origin` names the file in errors.
///
/// # Errors
///
/// `InvalidVoiceFile` unless it is a contiguous tensor of little-endian `f32` with a voice's shape, its storage at most
/// 16 MiB and complete. Anything else that the pickle asks for is refused and not executed.
pub(super) fn load<R: Read + Seek>(archive: &mut Archive<'_, R>, origin: &str) -> Result<Voice> {
    let folder = folder(archive).ok_or_else(|| {
        invalid(origin, format!("found a zip archive without `{PICKLE}`, expected a PyTorch file"))
    })?;
    let order = format!("{folder}byteorder");
    // Older versions leave it out: they only ever wrote the native order, which was little-endian in practice.
    if archive.has(&order) && archive.read(&order, 64)?.trim_ascii() != b"little" {
        return Err(invalid(origin, "found a byte order other than `little`"));
    }
    let pickle = archive.read(&format!("{folder}{PICKLE}"), MAX_PICKLE_BYTES)?;
    let tensor = pickle::read_tensor(&pickle).map_err(|detail| invalid(origin, detail))?;
    let storage = archive.read(&format!("{folder}data/{}", tensor.storage), MAX_VOICE_BYTES)?;
    let bytes = bytes(&tensor, &storage).map_err(|detail| invalid(origin, detail))?;
    Voice::from_le_bytes(bytes, origin)
}

/// The bytes of `tensor` inside its storage.
fn bytes<'a>(tensor: &TensorRef, storage: &'a [u8]) -> Result<&'a [u8], String> {
    const WIDTH: usize = size_of::<f32>();
    if tensor.storage_len.checked_mul(WIDTH) != Some(storage.len()) {
        return Err(format!(
            "found {} bytes of data, expected {} elements of {WIDTH} bytes",
            storage.len(),
            tensor.storage_len
        ));
    }
    let count = rows_of_shape(&tensor.shape)?.checked_mul(STYLE_LEN);
    if !is_contiguous(&tensor.shape, &tensor.strides) {
        return Err(format!(
            "found strides {:?} for shape {:?}, expected a contiguous tensor; save it with `tensor.contiguous()`",
            tensor.strides, tensor.shape
        ));
    }
    let range = || {
        let start = tensor.offset.checked_mul(WIDTH)?;
        let end = tensor.offset.checked_add(count?)?.checked_mul(WIDTH)?;
        storage.get(start..end)
    };
    range().ok_or_else(|| {
        format!(
            "found a tensor of shape {:?} from element {} on, expected it inside its storage of {} elements",
            tensor.shape, tensor.offset, tensor.storage_len
        )
    })
}

/// Whether the elements follow each other in memory. The stride of a dimension of length 1 is never used.
fn is_contiguous(shape: &[usize], strides: &[usize]) -> bool {
    let mut expected = Some(1_usize);
    shape.len() == strides.len()
        && shape.iter().zip(strides).rev().all(|(length, stride)| {
            let fits = *length == 1 || expected == Some(*stride);
            expected = expected.and_then(|step| step.checked_mul(*length));
            fits
        })
}

#[cfg(test)]
mod tests;
