//! What is fetched, from where and to where.

use std::path::{Path, PathBuf};

use once_cell::unsync::OnceCell;

use super::address::origin;
use super::http::{Client, Token};
use super::transfer::{Transfer, present};
use super::{Fetched, Fetcher, Outcome, Plan, index, wheel};
use crate::assets::catalogue::{CatalogueModel, CatalogueVoice, PublishedFile, RuntimeBuild, catalogue};
use crate::assets::{find, hub};
use crate::{Error, ErrorKind, Result, voice};

/// The largest page of an index that is read; that of ONNX Runtime has half a megabyte.
const MOST_INDEX_BYTES: u64 = 32 << 20;

impl Fetcher {
    /// Fetches a model by its name in the catalogue, or its precision, such as `fp16`. One in the Hugging Face cache counts as
    /// present if it is the published one.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] for another name; [`ErrorKind::Download`], [`ErrorKind::IntegrityMismatch`],
    /// [`ErrorKind::Offline`], [`ErrorKind::Cancelled`], [`ErrorKind::Io`].
    pub fn model(&self, name: &str) -> Result<Fetched> {
        let model = self.catalogue_model(name)?;
        if let Some(found) = self.in_hub_cache(&model.file) {
            return Ok(found);
        }
        let client = OnceCell::new();
        self.transfer(&model.name, &model.file, |_| Ok(())).run(|| self.client(&client))
    }

    /// Fetches voices by their names; `all` stands for all of the catalogue. Each is checked for its shape and for finite
    /// numbers.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownVoice`] before anything is fetched; [`ErrorKind::InvalidVoiceFile`], and those of
    /// [`model`](Self::model).
    pub fn voices<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<Vec<Fetched>> {
        let voices = catalogue_voices(names)?;
        let client = OnceCell::new();
        let fetch = |voice: &CatalogueVoice| {
            self.transfer(&voice.info.name, &voice.file, voice::check_published).run(|| self.client(&client))
        };
        voices.into_iter().map(fetch).collect()
    }

    /// Fetches the configuration with the vocabulary, which most model files carry themselves.
    ///
    /// # Errors
    /// Those of [`model`](Self::model).
    pub fn config(&self) -> Result<Fetched> {
        let client = OnceCell::new();
        self.transfer("config.json", &catalogue().config, |_| Ok(())).run(|| self.client(&client))
    }

    /// Fetches ONNX Runtime: the wheel for this platform from the package index, of which the library is kept.
    ///
    /// # Errors
    /// [`ErrorKind::RuntimeIncompatible`] if there is none for this platform, and those of [`model`](Self::model).
    pub fn runtime(&self) -> Result<Fetched> {
        let build = runtime_build()?;
        let target = self.settings.folder.join(&build.library.place);
        let broken = |error: std::io::Error| {
            let what = format!("ONNX Runtime's library cannot be put at `{}`: {error}", target.display());
            Error::new(ErrorKind::Io, what).with_source(error)
        };
        if let Some(found) = present(&target, &build.library).map_err(broken)? {
            return Ok(found);
        }
        let mut transfer = self.transfer(&build.wheel.address, &build.wheel, |_| Ok(()));
        transfer.strict = true;
        let client = OnceCell::new();
        transfer.address = if self.settings.offline {
            self.index_page()
        } else {
            self.wheel_address(build, self.client(&client)?)?
        };
        let wheel = transfer.run(|| self.client(&client))?;
        wheel::extract(&wheel.path, &build.library, &target).map_err(broken)?;
        // It has served; if it cannot be removed, it is only in the way.
        drop(std::fs::remove_file(&wheel.path));
        let found = present(&target, &build.library).map_err(broken)?;
        found.map(|found| Fetched { outcome: Outcome::Fetched, ..found }).ok_or_else(|| {
            Error::new(ErrorKind::Io, format!("`{}` was removed while it was made", target.display()))
        })
    }

    /// What [`model`](Self::model) would do. No network is used.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfig`] for a name that is not in the catalogue.
    pub fn plan_model(&self, name: &str) -> Result<Plan> {
        let model = self.catalogue_model(name)?;
        let plan = self.plan(&model.name, &model.file, self.address(&model.file));
        let in_hub = self.find_in_hub_cache(&model.file);
        Ok(in_hub.map_or(plan.clone(), |path| Plan { path, is_present: true, ..plan }))
    }

    /// What [`voices`](Self::voices) would do. No network is used.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownVoice`].
    pub fn plan_voices<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<Vec<Plan>> {
        let voices = catalogue_voices(names)?;
        let plan =
            |voice: &CatalogueVoice| self.plan(&voice.info.name, &voice.file, self.address(&voice.file));
        Ok(voices.into_iter().map(plan).collect())
    }

    /// What [`runtime`](Self::runtime) would do. No network is used.
    ///
    /// # Errors
    /// [`ErrorKind::RuntimeIncompatible`] if there is none for this platform.
    pub fn plan_runtime(&self) -> Result<Plan> {
        let build = runtime_build()?;
        let plan = self.plan(&build.wheel.address, &build.library, self.index_page());
        Ok(Plan { size: build.wheel.size, ..plan })
    }

    fn plan(&self, name: &str, file: &PublishedFile, address: String) -> Plan {
        let path = self.settings.folder.join(&file.place);
        let is_present = has_size(&path, file.size);
        Plan { name: name.to_owned(), address, path, size: file.size, is_present }
    }

    fn catalogue_model(&self, name: &str) -> Result<&'static CatalogueModel> {
        catalogue().model(name).ok_or_else(|| find::unknown(catalogue(), name))
    }

    fn find_in_hub_cache(&self, file: &PublishedFile) -> Option<PathBuf> {
        let path = hub::find(self.hub_cache.as_ref()?, file.repository.as_ref()?, &file.address)?;
        has_size(&path, file.size).then_some(path)
    }

    fn in_hub_cache(&self, file: &PublishedFile) -> Option<Fetched> {
        present(&self.find_in_hub_cache(file)?, file).ok()?
    }

    fn transfer<'a>(
        &'a self,
        name: &'a str,
        file: &'a PublishedFile,
        check: fn(&Path) -> Result<()>,
    ) -> Transfer<'a> {
        Transfer {
            settings: &self.settings,
            file,
            name,
            address: self.address(file),
            target: self.settings.folder.join(&file.place),
            strict: self.settings.strict,
            check,
        }
    }

    fn address(&self, file: &PublishedFile) -> String {
        match &file.repository {
            Some(repository) => format!("{}/{repository}/resolve/main/{}", self.hub, file.address),
            None => file.address.clone(),
        }
    }

    fn index_page(&self) -> String {
        format!("{}/{}/", self.index, catalogue().runtime_project)
    }

    /// Asks the index where the wheel is.
    fn wheel_address(&self, build: &RuntimeBuild, client: &Client) -> Result<String> {
        let page = self.index_page();
        let refuse = |what: &str| {
            Error::new(
                ErrorKind::Download,
                format!(
                    "cannot fetch `{}`: {page}: {what}. Name another index with PIP_INDEX_URL, or install ONNX Runtime \
                     with `pip install onnxruntime` and name its library with ORT_DYLIB_PATH",
                    build.wheel.address
                ),
            )
        };
        let _stop = self.settings.cancel.on_cancel(client.stopper());
        let reply = client.get(&page, 0, index::ACCEPT);
        if self.settings.cancel.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled, "fetching ONNX Runtime was cancelled"));
        }
        let mut reply = reply.map_err(|failure| refuse(&failure.what))?;
        if reply.status != 200 {
            return Err(refuse(&format!("HTTP {}", reply.status)));
        }
        let text = reply.body.with_config().limit(MOST_INDEX_BYTES).read_to_string();
        let text = text.map_err(|error| refuse(&error.to_string()))?;
        let entry = index::find(&text, &reply.address, &build.wheel.address)
            .ok_or_else(|| refuse("the index does not list the file"))?;
        if let Some(declared) = entry.sha256.filter(|declared| *declared != build.wheel.sha256) {
            let what = format!("it declares SHA-256 {declared}, expected {}", build.wheel.sha256);
            return Err(Error::new(ErrorKind::IntegrityMismatch, refuse(&what).to_string()));
        }
        Ok(entry.address)
    }

    /// The client in `cell`, made if it is not yet: its connections serve several files.
    fn client<'c>(&self, cell: &'c OnceCell<Client>) -> Result<&'c Client> {
        cell.get_or_try_init(|| {
            let origin = origin(&self.hub).to_owned();
            let token = self.token.clone().map(|secret| Token { origin, secret });
            Client::new(self.settings.timeout, token)
        })
    }
}

fn catalogue_voices<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Vec<&'static CatalogueVoice>> {
    let mut voices = Vec::new();
    for name in names {
        if name == "all" {
            voices.extend(&catalogue().voices);
            continue;
        }
        voices.push(catalogue().voice(name).ok_or_else(|| {
            let known: Vec<_> = catalogue().voices.iter().map(|voice| voice.info.name.as_str()).collect();
            let what = format!("no published voice is called `{name}`: the names are {}", known.join(", "));
            Error::new(ErrorKind::UnknownVoice, what)
        })?);
    }
    Ok(voices)
}

fn runtime_build() -> Result<&'static RuntimeBuild> {
    catalogue().runtime().ok_or_else(|| {
        let catalogue = catalogue();
        let platforms: Vec<_> =
            catalogue.runtimes.iter().map(|build| format!("{}-{}", build.os, build.arch)).collect();
        Error::new(
            ErrorKind::RuntimeIncompatible,
            format!(
                "ONNX Runtime {} is published for {} (Linux with the GNU C library), not for {}-{}: build it, and name its \
                 library with ORT_DYLIB_PATH",
                catalogue.runtime_version,
                platforms.join(", "),
                std::env::consts::OS,
                std::env::consts::ARCH
            ),
        )
    })
}

fn has_size(path: &Path, size: u64) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == size)
}
