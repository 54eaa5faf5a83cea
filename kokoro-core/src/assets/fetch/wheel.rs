//! Taking ONNX Runtime's library out of a wheel.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use zip::ZipArchive;

use super::partial::{partial, put_in_place};
use crate::assets::catalogue::PublishedFile;
use crate::assets::digest::Hasher;

/// What Microsoft's licence asks to go with a copy.
const NOTICES: [&str; 2] = ["LICENSE", "ThirdPartyNotices.txt"];

/// More than the notices of any release have.
const MOST_NOTICE_BYTES: u64 = 4 << 20;

/// Puts the library of the wheel at `wheel` in its place at `target`, and its licence beside it. What the library is has
/// been decided by the catalogue: anything else is refused.
pub(super) fn extract(wheel: &Path, library: &PublishedFile, target: &Path) -> io::Result<()> {
    let mut archive = ZipArchive::new(File::open(wheel)?)?;
    let folder = target.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(folder)?;
    for notice in NOTICES {
        if let Ok(entry) = archive.by_name(&format!("onnxruntime/{notice}")) {
            io::copy(&mut entry.take(MOST_NOTICE_BYTES), &mut File::create(folder.join(notice))?)?;
        }
    }
    let partial = partial(target);
    let written = copy(archive.by_name(&library.address)?, library, &partial);
    written.inspect_err(|_| drop(std::fs::remove_file(&partial)))?;
    put_in_place(&partial, target)
}

fn copy(entry: impl Read, library: &PublishedFile, to: &Path) -> io::Result<()> {
    let mut file = File::create(to)?;
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; 1 << 16];
    // One byte more than expected shows that there are more.
    let mut entry = entry.take(library.size + 1);
    loop {
        let count = entry.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        let bytes = buffer.get(..count).unwrap_or_default();
        hasher.update(bytes);
        file.write_all(bytes)?;
    }
    let found = hasher.finish();
    if found != library.sha256 {
        let what = format!("`{}` in it has SHA-256 {found}, expected {}", library.address, library.sha256);
        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
    }
    file.sync_all()
}
