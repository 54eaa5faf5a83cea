//! Where a model comes from.

use std::path::{Path, PathBuf};

/// The name that stands for the model inside this crate.
pub(crate) const BUILTIN: &str = "builtin";

/// A model to load: a file, or the small formant synthesizer that the crate carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ModelSource {
    Builtin,
    File(PathBuf),
}

impl ModelSource {
    /// The graph of the built-in model, made by `tools/builtin_model`.
    pub(crate) const BUILTIN_GRAPH: &'static [u8] = include_bytes!("../../data/builtin/model.onnx");

    /// Its voices: one row of 256 little-endian `f32` each, good for every length.
    pub(crate) const BUILTIN_VOICES: [(&'static str, &'static [u8]); 4] = [
        ("af_ada", include_bytes!("../../data/builtin/voices/af_ada.bin")),
        ("af_iris", include_bytes!("../../data/builtin/voices/af_iris.bin")),
        ("am_hugo", include_bytes!("../../data/builtin/voices/am_hugo.bin")),
        ("am_otto", include_bytes!("../../data/builtin/voices/am_otto.bin")),
    ];

    /// Exactly `builtin` is the built-in model, everything else a path. (`./builtin` is a file of that name.)
    pub(crate) fn new(model: &Path) -> Self {
        if model.as_os_str() == BUILTIN { Self::Builtin } else { Self::File(model.to_owned()) }
    }
}

impl std::fmt::Display for ModelSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Builtin => f.write_str("the built-in model"),
            Self::File(path) => write!(f, "`{}`", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bare_word_is_the_built_in_model() {
        assert_eq!(ModelSource::new(Path::new("builtin")), ModelSource::Builtin);
        for path in ["./builtin", "builtin.onnx", "models/builtin", ""] {
            assert_eq!(ModelSource::new(Path::new(path)), ModelSource::File(path.into()));
        }
    }
}
