//! Fetches files into a folder; what is there and right stays, what is there and wrong is never overwritten.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::client::{Client, FetchOptions};
use super::part::Part;
use super::transfer::Transfer;
use crate::check::{State, state};
use crate::data_file::is_inside;
use crate::{DataFile, Depth, Error, Finding, Progress};

/// Fetches files.
#[derive(Debug)]
pub struct Fetcher {
    client: Client,
    pauses: Vec<Duration>,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was there.
    Kept {
        /// Whether its hash was compared.
        verified: bool,
    },
    /// It came from the server.
    Fetched {
        /// Bytes it has.
        bytes: u64,
        /// Bytes that were there from an earlier run and were gone on with.
        resumed: u64,
        /// Whether its hash was compared.
        verified: bool,
    },
}

/// How much of a file is there before it is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// All, if its content is right too.
    Whole,
    /// So many bytes of it.
    Part(u64),
    /// Another file stands in its place.
    Other,
}

/// How much of `file` there is in `folder`, by names and sizes.
pub fn standing(folder: &Path, file: &DataFile) -> Standing {
    let part = folder.join(format!("{}{}", file.path, crate::data_file::PART));
    match state(folder, file, Depth::Sizes, &mut |_| {}) {
        State::Missing => Standing::Part(fs::metadata(part).map_or(0, |found| found.len())),
        State::Good | State::NotVerified { .. } => Standing::Whole,
        _ => Standing::Other,
    }
}

impl Fetcher {
    /// A fetcher by `options`.
    ///
    /// # Errors
    /// [`Error::Proxy`] and [`Error::Certificates`] for those that cannot be understood.
    pub fn new(options: &FetchOptions) -> Result<Self, Error> {
        Ok(Self { client: Client::new(options)?, pauses: options.pauses.clone() })
    }

    /// Fetches `file` from `url` into `folder`; `news` hears how far it has come.
    ///
    /// Until it is whole and its size and hash are right it stands beside its place as `.part`, from where the next run goes on.
    /// A file whose hash is not known is begun anew instead, since nothing would show that two versions had been joined.
    ///
    /// # Errors
    /// [`Error::Occupied`] if another file stands in its place, [`Error::Busy`] if another program fetches it, [`Error::Write`]
    /// if the disk cannot take it; [`Error::Status`], [`Error::OtherSize`], [`Error::OtherHash`] and [`Error::NoLength`] for what
    /// the server says; [`Error::Request`] and [`Error::GaveUp`] if it says nothing.
    pub fn fetch(
        &self,
        url: &str,
        file: &DataFile,
        folder: &Path,
        news: &mut dyn FnMut(Progress),
    ) -> Result<Outcome, Error> {
        let target = folder.join(&file.path);
        if !is_inside(&file.path) {
            return Err(Error::Occupied { path: target, reason: "the path leaves the folder".into() });
        }
        match state(folder, file, Depth::Hashes, news) {
            State::Missing if !target.is_dir() => {}
            State::Good => return Ok(Outcome::Kept { verified: true }),
            State::NotVerified { .. } => return Ok(Outcome::Kept { verified: false }),
            other => return Err(Error::Occupied { reason: occupant(file, other), path: target }),
        }
        let mut part = Part::open(&target)?;
        let (client, pauses) = (&self.client, self.pauses.as_slice());
        let mut transfer = Transfer { client, url, file, pauses, news, tag: None, resumed: 0 };
        if let Err(error) = transfer.run(&mut part) {
            // What is not of this file is of no use to the next run.
            if part.length() == 0 || matches!(error, Error::OtherHash { .. }) {
                part.discard()?;
            }
            return Err(error);
        }
        let (bytes, resumed) = (part.length(), transfer.resumed);
        part.finish(&target)?;
        Ok(Outcome::Fetched { bytes, resumed, verified: file.hash.is_some() })
    }
}

fn occupant(file: &DataFile, state: State) -> String {
    match state {
        State::Missing => "a folder".into(),
        state => Finding { path: file.path.clone(), state }.to_string(),
    }
}
