//! Checksums of a large file, block by block.

use std::fs::File;
use std::io::{Read, Write};

/// Small enough to stay in a processor's cache while it is summed up.
const BLOCK: usize = 1 << 20;

/// Writes to `inner`, counts and sums up.
pub(super) struct Summing<W> {
    inner: W,
    written: u64,
    sums: Vec<u32>,
    current: crc32fast::Hasher,
}

impl<W: Write> Summing<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, written: 0, sums: Vec::new(), current: crc32fast::Hasher::new() }
    }

    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Zeros up to the next multiple of `alignment`, which is where that is.
    pub(super) fn align(&mut self, alignment: u64) -> std::io::Result<u64> {
        let gap = self.written.next_multiple_of(alignment) - self.written;
        std::io::copy(&mut std::io::repeat(0).take(gap), self)?;
        Ok(self.written)
    }

    /// What was written to, and the sums of its blocks.
    pub(super) fn finish(mut self) -> (W, Vec<u32>) {
        if !self.written.is_multiple_of(BLOCK as u64) {
            self.sums.push(self.current.finalize());
        }
        (self.inner, self.sums)
    }
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let left = BLOCK - (self.written % BLOCK as u64) as usize;
        let bytes = bytes.get(..bytes.len().min(left)).unwrap_or(bytes);
        let count = self.inner.write(bytes)?;
        self.current.update(bytes.get(..count).unwrap_or(bytes));
        self.written += count as u64;
        if count == left {
            self.sums.push(std::mem::take(&mut self.current).finalize());
        }
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Whether the rest of a file has these sums. `Err` says what is wrong.
pub(super) fn check(file: &mut File, sums: &[u32]) -> Result<(), String> {
    let mut block = vec![0; BLOCK];
    for (index, &sum) in sums.iter().enumerate() {
        let count = fill(file, &mut block).map_err(|error| format!("its weights cannot be read: {error}"))?;
        if crc32fast::hash(block.get(..count).unwrap_or_default()) != sum {
            return Err(format!("its weights are damaged, {} MiB from their beginning", index));
        }
    }
    Ok(())
}

fn fill(file: &mut File, block: &mut [u8]) -> std::io::Result<usize> {
    let mut count = 0;
    while let Some(rest) = block.get_mut(count..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed file is a failed test")]
    use super::*;
    use std::io::{Seek as _, SeekFrom};

    #[test]
    fn damage_anywhere_is_found() {
        for length in [0, 1, BLOCK, BLOCK + 1, 3 * BLOCK - 1] {
            let mut writer = Summing::new(tempfile::tempfile().unwrap());
            let content: Vec<u8> = (0..length).map(|x| ((x * 7) >> 4) as u8).collect();
            for part in content.chunks(300_001) {
                writer.write_all(part).unwrap();
            }
            let (mut file, sums) = writer.finish();
            assert_eq!(sums.len(), length.div_ceil(BLOCK));
            let check_again = |file: &mut File| {
                file.seek(SeekFrom::Start(0)).unwrap();
                check(file, &sums)
            };
            assert_eq!(check_again(&mut file), Ok(()));
            for place in [0, length / 2, length.saturating_sub(1)] {
                if let Some(byte) = content.get(place) {
                    file.seek(SeekFrom::Start(place as u64)).unwrap();
                    file.write_all(&[byte ^ 4]).unwrap();
                    assert!(check_again(&mut file).unwrap_err().contains("damaged"));
                    file.seek(SeekFrom::Start(place as u64)).unwrap();
                    file.write_all(&[*byte]).unwrap();
                }
            }
            if length > 0 {
                file.set_len(length as u64 - 1).unwrap();
                assert!(check_again(&mut file).is_err());
            }
        }
    }

    #[test]
    fn gaps_are_zeros() {
        let mut writer = Summing::new(Vec::new());
        writer.write_all(&[1, 2, 3]).unwrap();
        assert_eq!(writer.align(8).unwrap(), 8);
        assert_eq!(writer.align(8).unwrap(), 8);
        assert_eq!(writer.written(), 8);
        assert_eq!(writer.finish().0, [1, 2, 3, 0, 0, 0, 0, 0]);
    }
}
