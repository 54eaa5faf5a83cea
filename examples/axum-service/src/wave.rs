//! The header of a WAV file whose length is not known when it begins.

use bytes::Bytes;

/// For 16-bit samples, 24,000 a second, one channel. The sizes are the largest that can be written, which players take for
/// "until the end".
pub(crate) fn endless_header() -> Bytes {
    let mut header = Vec::with_capacity(44);
    header.extend(b"RIFF\xff\xff\xff\xffWAVEfmt ");
    header.extend(16u32.to_le_bytes());
    header.extend(1u16.to_le_bytes());
    header.extend(1u16.to_le_bytes());
    header.extend(24_000u32.to_le_bytes());
    header.extend(48_000u32.to_le_bytes());
    header.extend(2u16.to_le_bytes());
    header.extend(16u16.to_le_bytes());
    header.extend(b"data\xff\xff\xff\xff");
    header.into()
}
