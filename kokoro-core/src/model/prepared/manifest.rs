//! What a preparation says about itself.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::identity::Identity;
use super::key::Key;
use crate::model::fuse::{ModelReport, ModelStep, StepOutcome};

pub(super) const MANIFEST: &str = "manifest";
pub(super) const GRAPH: &str = "graph.onnx";
pub(super) const WEIGHTS: &str = "weights.bin";

/// First word of the file, before the checksum of what follows in the next line.
const HEAD: &str = "kokoro-prepared";

/// Written last: where it is, the rest is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) key: Key,
    pub(super) model: Identity,
    pub(super) graph: Graph,
    pub(super) weights: WeightsFile,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Graph {
    pub(super) bytes: u64,
    pub(super) crc32: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WeightsFile {
    pub(super) bytes: u64,
    /// Where the numbers of this library's operators begin, and how many there are.
    pub(super) operators_offset: u64,
    pub(super) operators_len: usize,
    /// Checksums of the file's blocks.
    pub(super) blocks: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Step {
    step: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<String>,
}

impl Manifest {
    pub(super) fn new(
        key: Key,
        model: Identity,
        graph: Graph,
        weights: WeightsFile,
        report: &ModelReport,
    ) -> Self {
        let step = |(step, outcome): &(ModelStep, StepOutcome)| Step {
            step: step.as_str().into(),
            applied: match outcome {
                StepOutcome::Applied { places } => Some(*places),
                _ => None,
            },
            skipped: match outcome {
                StepOutcome::Skipped { reason } => Some(reason.clone()),
                _ => None,
            },
        };
        Self { key, model, graph, weights, steps: report.steps().iter().map(step).collect() }
    }

    pub(super) fn write(&self, folder: &Path) -> std::io::Result<()> {
        let text = serde_json::to_string(self)?;
        fs::write(folder.join(MANIFEST), format!("{HEAD} {:08x}\n{text}\n", crc32fast::hash(text.as_bytes())))
    }

    /// `Ok(None)`: there is none. `Err` says what is wrong with it.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, String> {
        match fs::read_to_string(folder.join(MANIFEST)) {
            Ok(text) => Self::parse(&text).map(Some).ok_or_else(|| "its manifest is damaged".into()),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(format!("its manifest cannot be read: {error}")),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (head, text) = text.split_once('\n')?;
        let text = text.strip_suffix('\n')?;
        let sum = u32::from_str_radix(head.strip_prefix(HEAD)?.strip_prefix(' ')?, 16).ok()?;
        (crc32fast::hash(text.as_bytes()) == sum).then(|| serde_json::from_str(text).ok())?
    }

    /// What was done to the model. `None` for steps that this version does not know.
    pub(super) fn report(&self) -> Option<ModelReport> {
        let read = |step: &Step| {
            let outcome = match (step.applied, &step.skipped) {
                (Some(places), _) => StepOutcome::Applied { places },
                (None, Some(reason)) => StepOutcome::Skipped { reason: reason.clone() },
                (None, None) => StepOutcome::AlreadyThere,
            };
            let known = ModelStep::ALL.iter().copied().find(|known| known.as_str() == step.step)?;
            Some((known, outcome))
        };
        self.steps.iter().map(read).collect::<Option<_>>().map(ModelReport::of)
    }
}

/// A path that leads nowhere, also where a file is in the place of a folder.
fn is_absent(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed file is a failed test")]
    use super::*;
    use crate::model::optimization::PrepareOptions;

    fn manifest(folder: &Path) -> (Manifest, ModelReport) {
        crate::model::runtime::environment().unwrap();
        let model = folder.join("model");
        fs::write(&model, "model").unwrap();
        let report = ModelReport::of(vec![
            (ModelStep::Durations, StepOutcome::Applied { places: 1 }),
            (ModelStep::FloatSpeed, StepOutcome::AlreadyThere),
            (ModelStep::Stages, StepOutcome::Skipped { reason: "not \"there\"".into() }),
        ]);
        let key = Key::of_this_process(PrepareOptions::default());
        let weights =
            WeightsFile { bytes: 5, operators_offset: 0, operators_len: 1, blocks: vec![7, u32::MAX] };
        let graph = Graph { bytes: 3, crc32: 9 };
        (Manifest::new(key, Identity::of(&model).unwrap(), graph, weights, &report), report)
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let (manifest, report) = manifest(folder.path());
        assert_eq!(Manifest::read(folder.path()), Ok(None));
        manifest.write(folder.path()).unwrap();
        let read = Manifest::read(folder.path()).unwrap().unwrap();
        assert_eq!(read, manifest);
        assert_eq!(read.report(), Some(report));
        assert_eq!(Manifest::read(&folder.path().join(MANIFEST)), Ok(None));
    }

    #[test]
    fn every_damaged_byte_is_found() {
        let folder = tempfile::tempdir().unwrap();
        manifest(folder.path()).0.write(folder.path()).unwrap();
        let whole = fs::read(folder.path().join(MANIFEST)).unwrap();
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] ^= 1;
            fs::write(folder.path().join(MANIFEST), &damaged).unwrap();
            assert!(Manifest::read(folder.path()).is_err(), "byte {place}");
            fs::write(folder.path().join(MANIFEST), &whole[..place]).unwrap();
            assert!(Manifest::read(folder.path()).is_err(), "{place} bytes");
        }
    }

    #[test]
    fn unknown_steps_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let (mut manifest, _) = manifest(folder.path());
        manifest.steps[0].step = "of_a_later_version".into();
        assert_eq!(manifest.report(), None);
    }
}
