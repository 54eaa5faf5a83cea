//! What a preparation depends on besides the model.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::model::optimization::PrepareOptions;

/// To be raised whenever the files of a preparation, or the weights that an operator or a kernel packs into them, change
/// their form, unless the version of the crate is: nothing else notices it.
const FORMAT: u32 = 5;

/// A preparation made under one key is never used under another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Key {
    format: u32,
    /// Version of this crate.
    library: String,
    /// Build of ONNX Runtime: its optimised graphs and packed weights are its own business.
    runtime: String,
    /// Instruction sets: both runtimes lay weights out for them.
    processor: String,
    /// What was done to the graph.
    changes: String,
}

impl Key {
    /// That of this process. ONNX Runtime must have been started.
    pub(super) fn of_this_process(changes: PrepareOptions) -> Self {
        Self {
            format: FORMAT,
            library: env!("CARGO_PKG_VERSION").into(),
            runtime: ort::info().into(),
            processor: processor(),
            changes: format!("{:?} {:?} {:?}", changes.optimization, changes.vocoder, changes.generator())
                .to_lowercase(),
        }
    }

    /// The folder of preparations made under this key.
    pub(super) fn folder(&self) -> String {
        let Self { format, library, runtime, processor, changes } = self;
        let text = [&format.to_string(), library, runtime, processor, changes].map(String::as_str).join("\n");
        short(&Sha256::digest(text))
    }

    /// The first field in which two differ, for people.
    pub(super) fn difference(&self, other: &Self) -> Option<&'static str> {
        [
            (self.format == other.format, "another format"),
            (self.library == other.library, "another version of this library"),
            (self.runtime == other.runtime, "another ONNX Runtime"),
            (self.processor == other.processor, "another processor"),
            (self.changes == other.changes, "another optimization"),
        ]
        .into_iter()
        .find_map(|(is_same, what)| (!is_same).then_some(what))
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first 8 bytes: enough to tell a handful of things apart.
pub(super) fn short(digest: &[u8]) -> String {
    hex(digest.get(..8).unwrap_or(digest))
}

/// Architecture and the instruction sets that anything here or in ONNX Runtime chooses by.
fn processor() -> String {
    let mut text =
        format!("{} {}", std::env::consts::ARCH, if cfg!(target_endian = "big") { "big" } else { "little" });
    for (name, is_there) in features() {
        if is_there {
            text.push(' ');
            text.push_str(name);
        }
    }
    text
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<(&'static str, bool)> {
    macro_rules! ask {
        ($($name:tt),*) => { vec![$(($name, std::arch::is_x86_feature_detected!($name))),*] };
    }
    ask!(
        "sse4.1",
        "avx",
        "avx2",
        "fma",
        "avxvnni",
        "avx512f",
        "avx512bw",
        "avx512cd",
        "avx512dq",
        "avx512vl",
        "avx512vnni",
        "avx512bf16",
        "avx512fp16"
    )
}

#[cfg(target_arch = "aarch64")]
fn features() -> Vec<(&'static str, bool)> {
    macro_rules! ask {
        ($($name:tt),*) => { vec![$(($name, std::arch::is_aarch64_feature_detected!($name))),*] };
    }
    ask!("neon", "fp16", "dotprod", "i8mm", "bf16", "sve", "sve2")
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn features() -> Vec<(&'static str, bool)> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_counts() {
        let key = Key {
            format: 1,
            library: "1.0".into(),
            runtime: "build".into(),
            processor: "x86_64 avx2".into(),
            changes: "fast best".into(),
        };
        let others = [
            Key { format: 2, ..key.clone() },
            Key { library: "1.1".into(), ..key.clone() },
            Key { runtime: "other".into(), ..key.clone() },
            Key { processor: "x86_64".into(), ..key.clone() },
            Key { changes: "fine best".into(), ..key.clone() },
        ];
        assert_eq!(key.difference(&key.clone()), None);
        for other in others {
            assert_ne!(other.folder(), key.folder());
            assert!(other.difference(&key).is_some());
        }
    }

    #[test]
    fn the_processor_is_named() {
        assert!(processor().starts_with(std::env::consts::ARCH));
    }
}
