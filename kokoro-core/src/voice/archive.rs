//! Zip archives as NumPy and PyTorch write them, read with a bound on every entry.

use std::io::{Read, Seek};

use zip::ZipArchive;

use super::pack::invalid;
use crate::Result;

/// How a zip archive begins: with its first entry, or with the end record when it is empty.
pub(super) const MAGICS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// An open archive. Entries are decompressed only when read.
pub(super) struct Archive<'a, R> {
    zip: ZipArchive<R>,
    origin: &'a str,
}

impl<'a, R: Read + Seek> Archive<'a, R> {
    /// Reads the list of entries. `origin` names the archive in errors.
    ///
    /// # Errors
    ///
    /// `InvalidVoiceFile` when the list is damaged or names an entry twice, as readers differ on which one counts.
    pub(super) fn open(reader: R, origin: &'a str) -> Result<Self> {
        let zip = ZipArchive::new(reader)
            .map_err(|e| invalid(origin, "the zip archive is damaged or incomplete").with_source(e))?;
        if zip.has_duplicate_names() {
            return Err(invalid(origin, "two entries of the zip archive have the same name"));
        }
        Ok(Self { zip, origin })
    }

    /// The names of all entries that are valid UTF-8, as stored: possibly with folders.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.zip.file_names_raw().filter_map(|name| std::str::from_utf8(name).ok())
    }

    /// Whether there is an entry of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.zip.index_for_name_raw(name.as_bytes()).is_some()
    }

    /// Decompresses the entry `name` and verifies its checksum.
    ///
    /// # Errors
    ///
    /// `InvalidVoiceFile` when it is missing, damaged, encrypted, compressed in another way than deflate, or larger than
    /// `limit` bytes, whatever size it claims.
    pub(super) fn read(&mut self, name: &str, limit: usize) -> Result<Vec<u8>> {
        let origin = self.origin;
        let shown = name.escape_debug();
        let index = self
            .zip
            .index_for_name_raw(name.as_bytes())
            .ok_or_else(|| invalid(origin, format!("the zip archive has no entry `{shown}`")))?;
        let entry = self
            .zip
            .by_index(index)
            .map_err(|e| invalid(origin, format!("the zip entry `{shown}` cannot be read")).with_source(e))?;
        let mut bytes = Vec::with_capacity(usize::try_from(entry.size()).unwrap_or(limit).min(limit));
        entry
            .take(limit as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| invalid(origin, format!("the zip entry `{shown}` is damaged")).with_source(e))?;
        if bytes.len() > limit {
            return Err(invalid(
                origin,
                format!("the zip entry `{shown}` is larger than {limit} bytes once decompressed"),
            ));
        }
        Ok(bytes)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ErrorKind;
    use std::io::{Cursor, Write};
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    /// A zip archive of the given entries.
    pub(in crate::voice) fn archive(entries: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn refusal<T>(result: Result<T>) -> String {
        let error = result.err().expect("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidVoiceFile);
        error.to_string()
    }

    #[test]
    fn entries_are_listed_and_read() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let bytes = archive(&[("a/b.npy", b"one"), ("c", b"")], method);
            let mut archive = Archive::open(Cursor::new(bytes), "test").unwrap();
            assert_eq!(archive.names().collect::<Vec<_>>(), ["a/b.npy", "c"]);
            assert!(archive.has("c") && !archive.has("d"));
            assert_eq!(archive.read("a/b.npy", 3).unwrap(), b"one");
            assert_eq!(archive.read("c", 0).unwrap(), b"");
            assert!(refusal(archive.read("d", 9)).contains("no entry `d`"));
        }
    }

    #[test]
    fn a_bomb_is_refused_whatever_size_it_claims() {
        let honest = archive(&[("bomb", &vec![0; 1 << 20])], CompressionMethod::Deflated);
        assert!(honest.len() < 4096, "the point of the test is a small file: {}", honest.len());
        let mut lying = honest.clone();
        // Both headers hold the true size as four bytes.
        let size = (1_u32 << 20).to_le_bytes();
        let places: Vec<usize> = (0..lying.len() - 4).filter(|&at| lying[at..at + 4] == size).collect();
        assert_eq!(places.len(), 2);
        for at in places {
            lying[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
        for bytes in [honest, lying] {
            let mut archive = Archive::open(Cursor::new(bytes), "`x`").unwrap();
            let message = refusal(archive.read("bomb", 1000));
            assert!(message.contains("larger than 1000 bytes") || message.contains("damaged"), "{message}");
        }
    }

    #[test]
    fn entries_of_the_same_name_are_refused() {
        let mut bytes = archive(&[("a", b"1"), ("b", b"2")], CompressionMethod::Stored);
        bytes.iter_mut().filter(|byte| **byte == b'b').for_each(|byte| *byte = b'a');
        let message = refusal(Archive::open(Cursor::new(bytes), "`x`"));
        assert_eq!(message, "`x`: two entries of the zip archive have the same name");
    }

    #[test]
    fn damaged_data_is_refused() {
        let mut bytes = archive(&[("a", b"12345678")], CompressionMethod::Stored);
        let at = bytes.windows(8).position(|window| window == b"12345678").unwrap();
        bytes[at] = b'0';
        let mut archive = Archive::open(Cursor::new(bytes), "`x`").unwrap();
        assert!(refusal(archive.read("a", 100)).contains("`a` is damaged"));
        assert!(refusal(Archive::open(Cursor::new(b"PK\x03\x04"), "`x`")).contains("incomplete"));
    }
}
