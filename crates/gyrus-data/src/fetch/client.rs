//! The client of HTTP: the only place that knows `ureq`.

use std::io::{self, Read};
use std::time::Duration;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy};

use crate::Error;

/// How files are fetched.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// Address of a proxy, where there is one.
    pub proxy: Option<String>,
    /// Certificates in PEM form that are trusted instead of the built-in ones.
    pub certificates: Option<Vec<u8>>,
    /// How long is waited before each further try without progress; there are no more tries than these and the first.
    pub pauses: Vec<Duration>,
    /// How long a server may say nothing.
    pub silence: Duration,
}

impl Default for FetchOptions {
    /// Six more tries within about two minutes, half a minute of silence.
    fn default() -> Self {
        let pauses = [1, 2, 5, 15, 30, 60].map(Duration::from_secs).to_vec();
        Self { proxy: None, certificates: None, pauses, silence: Duration::from_secs(30) }
    }
}

/// Most redirections that are followed.
const REDIRECTIONS: u32 = 10;

/// A client for files.
#[derive(Debug)]
pub struct Client(Agent);

/// What a server says before the file begins.
pub struct Answer {
    /// Status of HTTP.
    pub status: u16,
    /// Bytes that follow, where the server says so.
    pub length: Option<u64>,
    /// Whether the end of the bytes is marked, so that it is known whether they came whole.
    pub is_marked: bool,
    /// First byte that follows and bytes of the whole file, where only a part follows.
    pub range: Option<(u64, Option<u64>)>,
    /// The form that the bytes come in, where it is another than the file's own.
    pub encoding: Option<String>,
    /// Tag of this version of the file, if it stands for every byte of it.
    pub tag: Option<String>,
    /// The bytes.
    pub body: Box<dyn Read>,
}

/// Why there is no answer.
pub enum Silence {
    /// It may come another time.
    Passing(String),
    /// It never will.
    Final(Error),
}

impl Client {
    /// A client by `options`.
    ///
    /// # Errors
    /// [`Error::Proxy`] and [`Error::Certificates`] for those that cannot be understood.
    pub fn new(options: &FetchOptions) -> Result<Self, Error> {
        let proxy = options.proxy.as_deref().map(Proxy::new).transpose();
        let roots = options.certificates.as_deref().map_or(Ok(RootCerts::WebPki), roots)?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(REDIRECTIONS)
            .proxy(proxy.map_err(|error| Error::Proxy(Box::new(error)))?)
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .user_agent(concat!("gyrus/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .timeout_connect(Some(options.silence))
            .timeout_recv_response(Some(options.silence))
            .timeout_per_read(Some(options.silence))
            .build();
        Ok(Self(config.into()))
    }

    /// Asks for the file at `url` from byte `from` on, if its version is still that of `tag`.
    ///
    /// A secure address is never followed to one that is not.
    pub fn get(&self, url: &str, from: u64, tag: Option<&str>) -> Result<Answer, Silence> {
        let mut request = self.0.get(url).config().https_only(url.starts_with("https:")).build();
        if from > 0 {
            request = request.header("Range", format!("bytes={from}-"));
        }
        if let Some(tag) = tag.filter(|_| from > 0) {
            request = request.header("If-Range", tag);
        }
        let response = request.call().map_err(|error| silence(url, error))?;
        let (parts, body) = response.into_parts();
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let length = header("content-length").and_then(|text| text.parse().ok());
        let is_chunked = header("transfer-encoding").is_some_and(|text| text.eq_ignore_ascii_case("chunked"));
        Ok(Answer {
            status: parts.status.as_u16(),
            length,
            is_marked: is_chunked || length.is_some(),
            range: header("content-range").and_then(range),
            encoding: header("content-encoding")
                .filter(|form| !form.eq_ignore_ascii_case("identity"))
                .map(String::from),
            tag: header("etag").filter(|tag| !tag.starts_with("W/")).map(String::from),
            body: Box::new(body.into_with_config().limit(u64::MAX).reader()),
        })
    }
}

fn roots(pem: &[u8]) -> Result<RootCerts, Error> {
    let certificate = |item: PemItem<'static>| match item {
        PemItem::Certificate(certificate) => Some(certificate),
        _ => None,
    };
    let items: Result<Vec<_>, _> = parse_pem(pem).collect();
    let found: Vec<Certificate> = items.map_err(|_| Error::Certificates)?.into_iter().filter_map(certificate).collect();
    match found.is_empty() {
        true => Err(Error::Certificates),
        false => Ok(found.into()),
    }
}

/// First byte and size of the whole of `bytes 5-9/10`; the size may be a star.
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let (span, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let first = span.split_once('-')?.0.trim().parse().ok()?;
    match size.trim() {
        "*" => Some((first, None)),
        size => Some((first, Some(size.parse().ok()?))),
    }
}

/// Whether another try may help where `error` came instead of an answer.
fn silence(url: &str, error: ureq::Error) -> Silence {
    let may_pass = match &error {
        // Certificates that are not trusted come as invalid data.
        ureq::Error::Io(source) => source.kind() != io::ErrorKind::InvalidData,
        ureq::Error::Timeout(_) | ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => true,
        ureq::Error::Protocol(_) | ureq::Error::ConnectProxyFailed(_) => true,
        _ => false,
    };
    match may_pass {
        true => Silence::Passing(error.to_string()),
        false => Silence::Final(Error::Request { url: url.into(), source: Box::new(error) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_understood() {
        assert_eq!(range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(range("bytes 5-9/*"), Some((5, None)));
        for text in ["", "bytes", "bytes */10", "bytes 5/10", "items 5-9/10", "bytes 5-9/x", "bytes -1-9/10"] {
            assert_eq!(range(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_certificate_or_proxy_is_said() {
        let with = |options: FetchOptions| Client::new(&options).map(|_| ());
        let pem = |text: &str| FetchOptions { certificates: Some(text.into()), ..FetchOptions::default() };
        assert!(matches!(with(pem("")), Err(Error::Certificates)));
        assert!(matches!(with(pem("-----BEGIN CERTIFICATE-----\n")), Err(Error::Certificates)));
        let proxy = FetchOptions { proxy: Some("://".into()), ..FetchOptions::default() };
        assert!(matches!(with(proxy), Err(Error::Proxy(_))));
    }
}
