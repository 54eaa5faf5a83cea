//! Numbers in a file, used where they lie.

use std::fs::File;

use memmap2::{Mmap, MmapOptions};

/// A part of a file as `f32` of this machine.
#[derive(Debug)]
pub(crate) struct Mapping {
    pages: Mmap,
    len: usize,
}

impl Mapping {
    /// Maps `len` numbers from `offset`, which is a multiple of 64, on.
    ///
    /// Only for files that this library has written under a name of its own and that nobody is to change: it replaces them,
    /// never writes into them.
    #[expect(unsafe_code, reason = "a mapped file is memory that others could change")]
    pub(crate) fn of(file: &File, offset: u64, len: usize) -> std::io::Result<Self> {
        let refuse = |what| std::io::Error::new(std::io::ErrorKind::InvalidInput, what);
        let bytes = len.checked_mul(size_of::<f32>()).ok_or_else(|| refuse("too many numbers"))?;
        if !offset.is_multiple_of(64) {
            return Err(refuse("the numbers do not begin at a multiple of 64"));
        }
        let end = offset.checked_add(bytes as u64).ok_or_else(|| refuse("too many numbers"))?;
        if end > file.metadata()?.len() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        // SAFETY: the range is inside the file. Should somebody cut the file off later all the same, the system ends the
        // process; should somebody write into it, numbers change, and every sequence of bits is an `f32`.
        let pages = unsafe { MmapOptions::new().offset(offset).len(bytes).map(file)? };
        Ok(Self { pages, len })
    }

    #[expect(unsafe_code, reason = "bytes of a file are numbers")]
    pub(crate) fn as_slice(&self) -> &[f32] {
        let start = self.pages.as_ptr();
        debug_assert!(start.cast::<f32>().is_aligned() && self.len * size_of::<f32>() <= self.pages.len());
        // SAFETY: the mapping lives as long as `self`, holds `len` numbers, and begins at a multiple of 64 from the beginning
        // of a page; every sequence of bits is an `f32`.
        unsafe { std::slice::from_raw_parts(start.cast(), self.len) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed file is a failed test")]
    use super::*;
    use std::io::Write as _;

    #[test]
    fn numbers_are_those_of_the_file() {
        let mut file = tempfile::tempfile().unwrap();
        let values: Vec<f32> = (0..3000).map(|x| x as f32 / 7.0).collect();
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_ne_bytes()).collect();
        file.write_all(&bytes).unwrap();
        assert_eq!(Mapping::of(&file, 0, 3000).unwrap().as_slice(), values);
        assert_eq!(Mapping::of(&file, 4160, 1960).unwrap().as_slice(), &values[1040..]);
        for (offset, len) in
            [(0, 3001), (64, 3000), (4, 1), (1 << 40, 1), (u64::MAX - 63, 1), (0, usize::MAX)]
        {
            assert!(Mapping::of(&file, offset, len).is_err(), "{len} from {offset}");
        }
    }
}
