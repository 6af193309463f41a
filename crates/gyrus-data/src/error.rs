//! What can go wrong with a data set.

use std::path::PathBuf;

/// A failure with a manifest, a file or a server, naming it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be read.
    #[error("read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file or folder that cannot be written.
    #[error("write `{}` (what was fetched so far stays and is gone on with)", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A manifest that is not valid TOML, lacks a field or has one that is not known.
    #[error("understand the manifest `{}`", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What the parser says, with line and column.
        source: Box<toml::de::Error>,
    },
    /// A manifest with a value that cannot be right.
    #[error("manifest `{}` has a wrong {field}: `{value}`", path.display())]
    ManifestValue {
        /// The file.
        path: PathBuf,
        /// The field and what is expected of it.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// A name that no data set has.
    #[error("there is no data set `{name}`; there are {known}, or give the path of a manifest")]
    Unknown {
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// A name with stars that cannot be understood.
    #[error("understand the pattern `{pattern}`")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        source: glob::PatternError,
    },
    /// A data set that cannot be fetched.
    #[error("the files of `{name}` have no address that they could be fetched from; see {origin}")]
    NoAddress {
        /// The data set.
        name: String,
        /// Where to get it by hand.
        origin: String,
    },
    /// An address that is not one of a folder on a server.
    #[error("an address begins with `http://` or `https://`, names a server and has no `?` or `#`: `{0}`")]
    Address(String),
    /// A proxy that cannot be understood.
    #[error("understand the address of the proxy")]
    Proxy(#[source] Box<ureq::Error>),
    /// Certificates that cannot be understood.
    #[error("there is no certificate in PEM form among those to be trusted")]
    Certificates,
    /// A file that another program is fetching.
    #[error("`{}` is being written by another program", path.display())]
    Busy {
        /// The unfinished file.
        path: PathBuf,
    },
    /// A file that is there but is not the one of the manifest.
    #[error("`{}` is there and is another file ({reason}); remove it first", path.display())]
    Occupied {
        /// The file.
        path: PathBuf,
        /// How it differs.
        reason: String,
    },
    /// A server that does not give the file.
    #[error("{url} answers with status {status}")]
    Status {
        /// Address of the file.
        url: String,
        /// Status of HTTP.
        status: u16,
    },
    /// A server that has a file of another size.
    #[error("{url} has {found} bytes instead of {expected}")]
    OtherSize {
        /// Address of the file.
        url: String,
        /// Bytes that the server speaks of, or sent.
        found: u64,
        /// Bytes of the manifest.
        expected: u64,
    },
    /// A server that has another file of the same size.
    #[error("{url} has {found} instead of {expected}")]
    OtherHash {
        /// Address of the file.
        url: String,
        /// Hash of what came.
        found: String,
        /// Hash of the manifest.
        expected: String,
    },
    /// A server that does not say how long the file is, which the manifest does not know either.
    #[error("{url} does not say how many bytes it has, nor does the manifest: whether it came whole cannot be known")]
    NoLength {
        /// Address of the file.
        url: String,
    },
    /// A server that sends the file in a form of its own, and nothing would show what became of it.
    #[error(
        "{url} comes encoded as `{encoding}`, which is not asked for and not undone, and its size and hash are not known"
    )]
    Encoded {
        /// Address of the file.
        url: String,
        /// The form.
        encoding: String,
    },
    /// A request that can never succeed, for example because the server cannot be trusted.
    #[error("ask for {url}")]
    Request {
        /// Address of the file.
        url: String,
        /// Why not.
        source: Box<ureq::Error>,
    },
    /// A server that did not give the whole file, however often it was asked.
    #[error("{url} did not give the whole file in {tries} tries without progress: {reason}")]
    GaveUp {
        /// Address of the file.
        url: String,
        /// Tries since the last progress.
        tries: usize,
        /// What happened at the last one.
        reason: String,
    },
}

impl Error {
    /// Whether nothing else can be fetched either: the disk is full or cannot be written, or the network is not there.
    pub fn is_of_all(&self) -> bool {
        matches!(self, Self::Write { .. } | Self::Request { .. } | Self::GaveUp { .. })
    }
}
