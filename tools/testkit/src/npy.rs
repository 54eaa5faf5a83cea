//! Writing arrays as NumPy reads them.

use std::io::{self, Write};

/// A number that a `.npy` file can hold.
pub trait Element: Copy {
    /// NumPy's name of the type, little-endian.
    const DESCR: &'static str;
    /// Appends the little-endian bytes.
    fn put(self, bytes: &mut Vec<u8>);
}

impl Element for f32 {
    const DESCR: &'static str = "<f4";

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }
}

impl Element for i64 {
    const DESCR: &'static str = "<i8";

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }
}

/// Writes a one-dimensional array in format version 1.0.
///
/// # Errors
/// When `out` cannot be written.
pub fn write<T: Element>(out: &mut impl Write, values: &[T]) -> io::Result<()> {
    let shape = values.len();
    let mut header = format!("{{'descr': '{}', 'fortran_order': False, 'shape': ({shape},), }}", T::DESCR);
    // The data starts at a multiple of 64 bytes, and a line break ends the header.
    let padding = 64 - (PREFIX + header.len() + 1) % 64;
    header.push_str(&" ".repeat(padding % 64));
    header.push('\n');

    let mut bytes = Vec::with_capacity(PREFIX + header.len() + size_of_val(values));
    bytes.extend_from_slice(b"\x93NUMPY\x01\x00");
    bytes.extend_from_slice(&(header.len() as u16).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    for &value in values {
        value.put(&mut bytes);
    }
    out.write_all(&bytes)
}

/// Magic, version and header length.
const PREFIX: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_aligned_and_data_follows() {
        let mut bytes = Vec::new();
        write(&mut bytes, &[1i64, -2]).unwrap();
        assert_eq!(&bytes[..10], b"\x93NUMPY\x01\x00\x76\x00");
        assert_eq!(&bytes[10..61], b"{'descr': '<i8', 'fortran_order': False, 'shape': (");
        assert_eq!(bytes[127], b'\n');
        assert_eq!(&bytes[128..], [1i64.to_le_bytes(), (-2i64).to_le_bytes()].concat());
    }

    #[test]
    fn any_length_keeps_the_alignment() {
        for count in [0, 1, 10, 12345] {
            let mut bytes = Vec::new();
            write(&mut bytes, &vec![0.5f32; count]).unwrap();
            assert_eq!((bytes.len() - 4 * count) % 64, 0);
        }
    }
}
