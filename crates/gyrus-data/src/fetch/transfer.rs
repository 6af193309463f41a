//! One file from one server, however often it takes.

use std::io::{ErrorKind, Read};
use std::thread;
use std::time::Duration;

use super::client::{Answer, Client, Silence};
use super::part::Part;
use crate::{DataFile, Error, Progress, file_hash};

/// What is needed to fetch one file.
pub struct Transfer<'a> {
    pub client: &'a Client,
    pub url: &'a str,
    pub file: &'a DataFile,
    pub pauses: &'a [Duration],
    pub news: &'a mut dyn FnMut(Progress),
    /// Tag of the version that the unfinished file is of.
    pub tag: Option<String>,
    /// Bytes of an earlier run that are still of use.
    pub resumed: u64,
}

/// Why a try did not bring the whole file.
enum Halt {
    Passing(String),
    Final(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

/// Statuses of a server that may answer otherwise another time, besides those from 500 on.
const PASSING: [u16; 3] = [408, 425, 429];

impl Transfer<'_> {
    /// Fills `part` until it is the file, and checks it.
    pub fn run(&mut self, part: &mut Part) -> Result<(), Error> {
        self.resumed = part.length();
        self.fill(part)?;
        match self.verify(part) {
            // The beginning may have been of another version: once more, from the first byte on.
            Err(Error::OtherHash { .. }) if self.resumed > 0 => {
                self.restart(part)?;
                self.fill(part)?;
                self.verify(part)
            }
            done => done,
        }
    }

    fn restart(&mut self, part: &mut Part) -> Result<(), Error> {
        self.resumed = 0;
        part.restart()
    }

    fn fill(&mut self, part: &mut Part) -> Result<(), Error> {
        let (mut furthest, mut failures) = (part.length(), 0);
        loop {
            let reason = match self.attempt(part) {
                Ok(()) => return Ok(()),
                Err(Halt::Final(error)) => return Err(error),
                Err(Halt::Passing(reason)) => reason,
            };
            if part.length() > furthest {
                (furthest, failures) = (part.length(), 0);
            }
            let tries = failures + 1;
            let Some(pause) = self.pauses.get(failures) else {
                return Err(Error::GaveUp { url: self.url.into(), tries, reason });
            };
            failures = tries;
            thread::sleep(*pause);
        }
    }

    /// One request and what comes of it.
    fn attempt(&mut self, part: &mut Part) -> Result<(), Halt> {
        // Without a hash or a tag nothing would show that two versions had been joined.
        let is_known = self.file.hash.is_some() || self.tag.is_some();
        if !is_known || self.file.bytes.is_some_and(|bytes| part.length() > bytes) {
            self.restart(part)?;
        }
        if part.length() > 0 && self.file.bytes == Some(part.length()) {
            return Ok(());
        }
        let tag = self.tag.as_deref().filter(|_| self.file.hash.is_none());
        let answer = self.client.get(self.url, part.length(), tag).map_err(|silence| match silence {
            Silence::Passing(reason) => Halt::Passing(reason),
            Silence::Final(error) => Halt::Final(error),
        })?;
        self.place(&answer, part)?;
        if let Some(encoding) =
            answer.encoding.clone().filter(|_| self.file.bytes.is_none() && self.file.hash.is_none())
        {
            return Err(Error::Encoded { url: self.url.into(), encoding }.into());
        }
        let whole = self.whole(&answer, part)?;
        self.copy(answer, whole, part)
    }

    /// Brings `part` to the byte that the answer begins with.
    fn place(&mut self, answer: &Answer, part: &mut Part) -> Result<(), Halt> {
        let status = answer.status;
        match (status, answer.range) {
            // The server gives the whole file, asked for a part or not.
            (200, _) if part.length() > 0 => Ok(self.restart(part)?),
            (200, _) => Ok(()),
            (206, Some((first, _))) if first == part.length() => Ok(()),
            (206 | 416, _) if part.length() > 0 => {
                self.restart(part)?;
                Err(Halt::Passing(format!("status {status} for a part that was not asked for or is not there")))
            }
            (500.., _) => Err(Halt::Passing(format!("status {status}"))),
            _ if PASSING.contains(&status) => Err(Halt::Passing(format!("status {status}"))),
            _ => Err(Halt::Final(Error::Status { url: self.url.into(), status })),
        }
    }

    /// How many bytes the whole file has, as the server or the manifest says; both must say the same.
    fn whole(&self, answer: &Answer, part: &Part) -> Result<Option<u64>, Error> {
        let from_range = answer.range.filter(|_| answer.status == 206).and_then(|(_, whole)| whole);
        let told = from_range.or(answer.length.map(|length| part.length().saturating_add(length)));
        match (told, self.file.bytes) {
            (Some(found), Some(expected)) if found != expected => {
                Err(Error::OtherSize { url: self.url.into(), found, expected })
            }
            (None, None) if !answer.is_marked => Err(Error::NoLength { url: self.url.into() }),
            (told, known) => Ok(told.or(known)),
        }
    }

    fn copy(&mut self, answer: Answer, whole: Option<u64>, part: &mut Part) -> Result<(), Halt> {
        let Answer { mut body, tag, .. } = answer;
        self.tag = tag;
        let mut buffer = vec![0; 1 << 16];
        loop {
            match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => part.append(&buffer[..n])?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(broken(part.length(), whole, &error.to_string())),
            }
            let done = part.length();
            if let Some(expected) = whole.filter(|whole| done > *whole) {
                part.restart()?;
                return Err(Error::OtherSize { url: self.url.into(), found: done, expected }.into());
            }
            (self.news)(Progress { path: &self.file.path, done, total: whole });
        }
        match whole {
            Some(bytes) if part.length() < bytes => Err(broken(part.length(), whole, "it was closed early")),
            _ => Ok(()),
        }
    }

    fn verify(&mut self, part: &Part) -> Result<(), Error> {
        let Some(expected) = &self.file.hash else { return Ok(()) };
        let total = Some(part.length());
        let mut told = |done| (self.news)(Progress { path: &self.file.path, done, total });
        let found = file_hash(part.path(), expected.algorithm(), &mut told)?;
        match found == *expected {
            true => Ok(()),
            false => {
                Err(Error::OtherHash { url: self.url.into(), found: found.to_string(), expected: expected.to_string() })
            }
        }
    }
}

fn broken(done: u64, whole: Option<u64>, reason: &str) -> Halt {
    let whole = whole.map(|whole| format!(" of {whole}")).unwrap_or_default();
    Halt::Passing(format!("the connection broke after {done}{whole} bytes: {reason}"))
}
