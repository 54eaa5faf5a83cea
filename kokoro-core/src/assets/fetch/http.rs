//! Requests: redirects, tokens, certificates, and what a server says about a file.

use std::sync::Arc;
use std::time::Duration;

use ureq::http::HeaderMap;
use ureq::http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, ETAG, LOCATION, RANGE, RETRY_AFTER,
};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::address::{join, origin};
use crate::{Error, ErrorKind, Result, libraries};

/// As many as browsers follow.
const MOST_REDIRECTS: usize = 20;

/// Sends requests to servers.
#[derive(Debug)]
pub(super) struct Client {
    agent: ureq::Agent,
    token: Option<Token>,
}

/// A secret, and the only server that may see it.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) origin: String,
    pub(super) secret: String,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token for {}", self.origin)
    }
}

/// What a server has answered.
pub(super) struct Reply {
    pub(super) status: u16,
    /// Where the answer came from, after redirects.
    pub(super) address: String,
    /// SHA-256 of the whole file, if the server names it.
    pub(super) declared: Option<String>,
    /// Bytes of the whole file, if the server names them.
    pub(super) total: Option<u64>,
    /// The first byte that is sent, for a part of a file.
    pub(super) start: Option<u64>,
    /// How long the server wants to be left alone.
    pub(super) retry_after: Option<Duration>,
    pub(super) body: ureq::Body,
}

/// A request that came to nothing.
pub(super) struct Failure {
    pub(super) what: String,
    /// Whether it may succeed later.
    pub(super) passing: bool,
    pub(super) source: Option<ureq::Error>,
}

impl Client {
    /// `timeout` is for each connection and each wait for bytes, not for a whole file. Proxies are those of the environment
    /// (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` and so on).
    pub(super) fn new(timeout: Duration, token: Option<Token>) -> Result<Self> {
        let tls = TlsConfig::builder().root_certs(root_certificates()?).build();
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // Followed by hand, since the hub declares the digest in the redirect.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(Some(timeout))
            .timeout_connect(Some(timeout))
            .timeout_per_read(Some(timeout))
            .timeout_per_write(Some(timeout))
            .user_agent(concat!("kokoro/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .build();
        Ok(Self { agent: config.new_agent(), token })
    }

    /// A function that ends all requests of this client, also those under way, from any thread.
    pub(super) fn stopper(&self) -> impl FnOnce() + Send + 'static {
        let agent = self.agent.clone();
        move || agent.shutdown()
    }

    /// The file at `address`, from the byte `from` on.
    pub(super) fn get(&self, address: &str, from: u64, accept: &str) -> Result<Reply, Failure> {
        let mut address = address.to_owned();
        let mut declared = None;
        for _ in 0..=MOST_REDIRECTS {
            let mut request =
                self.agent.get(&address).header(ACCEPT, accept).header(ACCEPT_ENCODING, "identity");
            if from > 0 {
                request = request.header(RANGE, format!("bytes={from}-"));
            }
            if let Some(token) = self.token.as_ref().filter(|token| token.origin == origin(&address)) {
                request = request.header(AUTHORIZATION, format!("Bearer {}", token.secret));
            }
            let response = request.call().map_err(|error| failure(&address, error))?;
            let (parts, body) = response.into_parts();
            declared = declared.or_else(|| declared_digest(&parts.headers));
            let location = header(&parts.headers, LOCATION.as_str());
            let Some(location) = location.filter(|_| parts.status.is_redirection()) else {
                return Ok(reply(&parts.headers, parts.status.as_u16(), address, declared, body));
            };
            let next = join(&address, location);
            if address.starts_with("https://") && !next.starts_with("https://") {
                return Err(Failure {
                    what: format!("it redirects to {next}, which is not secured"),
                    passing: false,
                    source: None,
                });
            }
            address = next;
        }
        Err(Failure {
            what: format!("more than {MOST_REDIRECTS} redirects, the last to {address}"),
            passing: false,
            source: None,
        })
    }
}

fn failure(address: &str, error: ureq::Error) -> Failure {
    let passing = match &error {
        ureq::Error::BadUri(_)
        | ureq::Error::Http(_)
        | ureq::Error::InvalidProxyUrl
        | ureq::Error::Rustls(_) => false,
        // So a certificate that is not trusted comes through.
        ureq::Error::Io(error) => error.kind() != std::io::ErrorKind::InvalidData,
        _ => true,
    };
    Failure { what: format!("no answer from {}: {error}", origin(address)), passing, source: Some(error) }
}

fn reply(
    headers: &HeaderMap,
    status: u16,
    address: String,
    declared: Option<String>,
    body: ureq::Body,
) -> Reply {
    // `bytes 100-199/1000`, or `bytes */1000` where the part does not exist.
    let range = header(headers, CONTENT_RANGE.as_str()).and_then(|range| range.strip_prefix("bytes "));
    let (part, total) = range.and_then(|range| range.split_once('/')).unzip();
    let length = header(headers, CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok());
    Reply {
        status,
        address,
        declared,
        total: if status == 206 { total.and_then(|total| total.parse().ok()) } else { length },
        start: part.and_then(|part| part.split_once('-')?.0.parse().ok()),
        retry_after: header(headers, RETRY_AFTER.as_str())
            .and_then(|seconds| seconds.parse().ok())
            .map(Duration::from_secs),
        body,
    }
}

/// The SHA-256 of a file, where the hub or a mirror names it. Other values of `ETag` mean other things.
fn declared_digest(headers: &HeaderMap) -> Option<String> {
    let names = ["x-linked-etag", "x-checksum-sha256", ETAG.as_str()];
    names.into_iter().filter_map(|name| header(headers, name)).find_map(|value| {
        let value = value.trim_start_matches("W/").trim_matches('"').to_ascii_lowercase();
        (value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(value)
    })
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// The certificates in the file that `SSL_CERT_FILE` names, else those that Mozilla trusts.
fn root_certificates() -> Result<RootCerts> {
    let Some(path) = libraries::variable("SSL_CERT_FILE") else { return Ok(RootCerts::WebPki) };
    let refuse = |what: &str| {
        Error::new(
            ErrorKind::InvalidConfig,
            format!(
                "SSL_CERT_FILE names `{}`, {what}: correct it, or unset it to use Mozilla's certificates",
                path.display()
            ),
        )
    };
    let pem = std::fs::read(&path).map_err(|error| refuse("which cannot be read").with_source(error))?;
    let certificates: Vec<Certificate<'static>> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(refuse("which has no certificate in it"));
    }
    Ok(RootCerts::Specific(Arc::new(certificates)))
}
