//! Voices: where they come from, what they are called and how they are mixed.
//!
//! A voice is a table of style vectors ([`Voice`]). [`VoiceStore`] finds voices in a folder, in one file or in memory
//! and decodes each on first use. [`VoiceMix`] is the parsed form of what a caller asks for, a name or a blend.
//!
//! Four file formats hold the same numbers, and the content decides which one a file is in, never its extension:
//! `voices-v1.0.bin`, as widely distributed, is a NumPy archive.

mod archive;
mod blend;
mod format;
mod literal;
mod mix;
mod name;
mod npy;
mod npz;
mod pack;
mod pickle;
mod pt;
mod raw;
mod store;
mod suggest;
#[cfg(test)]
mod tests;

pub(crate) use blend::Blend;
pub(crate) use mix::VoiceMix;
pub use name::{Gender, VoiceInfo};
pub(crate) use pack::{STYLE_LEN, Style};
pub(crate) use store::VoiceStore;

/// Checks that the file at `path` holds one voice in the shape of the published ones: 510 rows of finite numbers.
///
/// # Errors
///
/// `Io` or `InvalidVoiceFile`.
#[cfg(feature = "download")]
pub(crate) fn check_published(path: &std::path::Path) -> crate::Result<()> {
    const ROWS: usize = 510;
    let rows = format::load(path, "")?.rows();
    if rows == ROWS {
        return Ok(());
    }
    Err(pack::invalid(&format::origin(path), format!("found {rows} rows, expected {ROWS}")))
}
