//! The settings of a fetcher, from code or from environment variables.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::address::has_scheme;
use super::{Progress, Settings};
use crate::{CancelToken, Error, ErrorKind, Result, folders, libraries};

const HUB: &str = "https://huggingface.co";
const INDEX: &str = "https://pypi.org/simple";

/// Fetches published models, voices and ONNX Runtime into the [cache folder](crate::assets::cache_dir), where they are found
/// from then on. Nothing is fetched unless one of its methods is called.
///
/// A file is written beside its place, checked while it comes, and put in place in one step when it is whole and its SHA-256 is
/// right; so there is never a broken file in place. What was fetched before an interruption is kept and completed, in the same
/// call or a later one. Of several processes that want the same file, one fetches it.
///
/// ```no_run
/// use kokoro_core::assets::Fetcher;
///
/// # fn main() -> kokoro_core::Result<()> {
/// let fetcher = Fetcher::from_env()?.on_progress(|file| eprintln!("{}: {} of {}", file.name, file.done, file.total));
/// fetcher.model("kokoro-v1.0")?;
/// fetcher.voices(["af_heart"])?;
/// let synthesizer = kokoro_core::Synthesizer::builder().model("kokoro-v1.0").build()?;
/// # let _ = synthesizer;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is fetched until a method such as `model` is called"]
pub struct Fetcher {
    pub(super) settings: Settings,
    pub(super) hub: String,
    pub(super) index: String,
    pub(super) token: Option<String>,
    pub(super) hub_cache: Option<PathBuf>,
}

impl std::fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fetcher")
            .field("folder", &self.settings.folder)
            .field("hub", &self.hub)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

impl Fetcher {
    /// A fetcher with the settings of the environment:
    ///
    /// | variable | meaning | default |
    /// | --- | --- | --- |
    /// | `KOKORO_HOME` | the cache folder | see [`cache_dir`](crate::assets::cache_dir) |
    /// | `HF_ENDPOINT` | address of the hub or a mirror | `https://huggingface.co` |
    /// | `HF_TOKEN` | token for the hub; sent to no other server | the file that `HF_TOKEN_PATH` names, or `token` in `HF_HOME` |
    /// | `HF_HUB_OFFLINE` | 1: no network is used at all | 0 |
    /// | `PIP_INDEX_URL` | Python package index for ONNX Runtime | `https://pypi.org/simple` |
    /// | `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY` | proxies | none |
    /// | `SSL_CERT_FILE` | certificates to trust, PEM | Mozilla's |
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] for a variable that cannot be used.
    pub fn from_env() -> Result<Self> {
        let text = |name| libraries::variable(name).map(|value| value.to_string_lossy().trim().to_owned());
        let is_set = |value: String| matches!(&*value.to_ascii_lowercase(), "1" | "true" | "yes" | "on");
        let fetcher = Self {
            settings: Settings {
                folder: folders::cache_dir()?,
                offline: text("HF_HUB_OFFLINE").is_some_and(is_set),
                strict: false,
                timeout: Duration::from_secs(30),
                retries: 5,
                retry_wait: Duration::from_millis(500),
                cancel: CancelToken::new(),
                progress: None,
            },
            hub: HUB.to_owned(),
            index: INDEX.to_owned(),
            token: text("HF_TOKEN").or_else(token_file),
            hub_cache: folders::hub_cache(),
        };
        let fetcher = match text("HF_ENDPOINT") {
            Some(hub) => fetcher.hub(&hub).map_err(|error| named("HF_ENDPOINT", &error))?,
            None => fetcher,
        };
        match text("PIP_INDEX_URL") {
            Some(index) => fetcher.index(&index).map_err(|error| named("PIP_INDEX_URL", &error)),
            None => Ok(fetcher),
        }
    }

    /// The cache folder.
    pub fn folder(mut self, folder: impl AsRef<Path>) -> Self {
        self.settings.folder = folder.as_ref().to_owned();
        self
    }

    /// The Hugging Face cache, in which a model counts as present.
    pub fn hub_cache(mut self, folder: impl AsRef<Path>) -> Self {
        self.hub_cache = Some(folder.as_ref().to_owned());
        self
    }

    /// Address of the hub, or of a mirror with the same paths.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] if it is not an `https://` or `http://` address.
    pub fn hub(mut self, address: &str) -> Result<Self> {
        self.hub = server(address)?;
        Ok(self)
    }

    /// Address of a Python package index in its simple form, JSON or HTML.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] if it is not an `https://` or `http://` address.
    pub fn index(mut self, address: &str) -> Result<Self> {
        self.index = server(address)?;
        Ok(self)
    }

    /// Token for the hub. It is sent to the hub's server only, not to where that redirects.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Whether the network must not be used: what is not present is then an error. Default: `HF_HUB_OFFLINE`.
    pub fn offline(mut self, offline: bool) -> Self {
        self.settings.offline = offline;
        self
    }

    /// Whether a model or voice must be the one of the catalogue. Otherwise another content is taken, with a warning, if the
    /// server declares exactly its SHA-256: a newer revision. ONNX Runtime must always be that of the catalogue. Default: no.
    pub fn strict(mut self, strict: bool) -> Self {
        self.settings.strict = strict;
        self
    }

    /// How long to wait for a connection, and for bytes on it. Default 30 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// How many attempts may fail in a row without a byte. Default 5.
    pub fn retries(mut self, retries: u32) -> Self {
        self.settings.retries = retries;
        self
    }

    /// Half of the pause after a first failure; each further one doubles it, to 30 seconds at most. Default half a second.
    pub fn retry_wait(mut self, wait: Duration) -> Self {
        self.settings.retry_wait = wait;
        self
    }

    /// Stops what is under way when it is cancelled, at any moment. What has come is kept.
    pub fn cancel_token(mut self, token: CancelToken) -> Self {
        self.settings.cancel = token;
        self
    }

    /// For reports.
    pub(crate) fn hub_address(&self) -> &str {
        &self.hub
    }

    /// For reports.
    pub(crate) fn index_address(&self) -> &str {
        &self.index
    }

    /// For reports, which must not show the token.
    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// For reports.
    pub(crate) fn is_offline(&self) -> bool {
        self.settings.offline
    }

    /// Calls `progress` with each piece of a file that comes, from the thread that fetches.
    pub fn on_progress(mut self, progress: impl Fn(&Progress<'_>) + Send + Sync + 'static) -> Self {
        self.settings.progress = Some(Box::new(progress));
        self
    }
}

/// The address of a server without a slash at its end.
fn server(address: &str) -> Result<String> {
    if has_scheme(address) && (address.starts_with("https://") || address.starts_with("http://")) {
        return Ok(address.trim_end_matches('/').to_owned());
    }
    Err(Error::new(
        ErrorKind::InvalidConfig,
        format!("`{address}` is not the address of a server: it must begin with https:// or http://"),
    ))
}

fn named(variable: &str, error: &Error) -> Error {
    Error::new(error.kind(), format!("{variable}: {error}"))
}

fn token_file() -> Option<String> {
    let path = libraries::absolute("HF_TOKEN_PATH").or_else(|| Some(folders::hub_home()?.join("token")))?;
    let token = std::fs::read_to_string(path).ok()?;
    Some(token.trim().to_owned()).filter(|token| !token.is_empty())
}
