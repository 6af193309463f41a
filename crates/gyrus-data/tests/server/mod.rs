//! A server of HTTP on this machine that answers as a test tells it to.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{io, thread};

use gyrus_data::{DataFile, FetchOptions, Hash};

/// A request: its first line and its headers, in small letters.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub path: String,
    headers: Vec<(String, String)>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first byte asked for, 0 if all are.
    pub fn from(&self) -> usize {
        let range = self.header("range").and_then(|text| text.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
        range.unwrap_or(0)
    }
}

/// The bytes that are sent before the connection is closed.
pub type Reply = Box<dyn Fn(&Request) -> Vec<u8> + Send>;

/// How a connection is spoken over.
pub type Wrap = Box<dyn Fn(TcpStream) -> io::Result<Box<dyn Stream>> + Send>;

pub trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

pub struct Server {
    pub base: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Gives `replies` one after the other, a connection each; afterwards nothing listens any more.
    pub fn new(replies: Vec<Reply>) -> Self {
        Self::wrapped("http", replies, Box::new(|stream| Ok(Box::new(stream))))
    }

    pub fn wrapped(scheme: &str, replies: Vec<Reply>, wrap: Wrap) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the port");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for reply in replies {
                let Ok((stream, _)) = listener.accept() else { return };
                // A client that does not like what it hears may hang up.
                let _ = answer(stream, &reply, &wrap, &seen);
            }
        });
        let host = if scheme == "https" { "localhost" } else { "127.0.0.1" };
        Self { base: format!("{scheme}://{host}:{}", address.port()), requests }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no test panics with it").clone()
    }

    pub fn url(&self) -> String {
        format!("{}/data/file.bin", self.base)
    }
}

fn answer(stream: TcpStream, reply: &Reply, wrap: &Wrap, seen: &Mutex<Vec<Request>>) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut stream = BufReader::new(wrap(stream)?);
    let mut request = Request::default();
    let mut line = String::new();
    while stream.read_line(&mut line)? > 2 {
        match line.trim().split_once(": ") {
            Some((name, value)) => request.headers.push((name.to_lowercase(), value.to_owned())),
            None => request.path = line.split(' ').nth(1).unwrap_or_default().to_owned(),
        }
        line.clear();
    }
    seen.lock().expect("no test panics with it").push(request.clone());
    let stream = stream.get_mut();
    stream.write_all(&reply(&request))?;
    stream.flush()
}

/// An answer with `head` (status and headers) and `body`.
pub fn raw(head: String, body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n").into_bytes();
    bytes.extend_from_slice(body.as_ref());
    bytes
}

/// What a good server says, but only the first `most` bytes of it.
pub fn cut(body: &[u8], most: usize) -> Reply {
    let body = body.to_vec();
    Box::new(move |request| {
        let (from, all) = (request.from(), body.len());
        let rest = &body[from.min(all)..];
        let sent = &rest[..most.min(rest.len())];
        match from {
            0 => raw(format!("200 OK\r\nContent-Length: {all}\r\nETag: \"one\""), sent),
            from if from >= all => {
                raw(format!("416 Range Not Satisfiable\r\nContent-Range: bytes */{all}\r\nContent-Length: 0"), "")
            }
            from => {
                let range = format!("Content-Range: bytes {from}-{}/{all}", all - 1);
                raw(format!("206 Partial Content\r\n{range}\r\nContent-Length: {}\r\nETag: \"one\"", rest.len()), sent)
            }
        }
    })
}

/// What a good server says.
pub fn good(body: &[u8]) -> Reply {
    cut(body, usize::MAX)
}

/// What a server says that always gives the whole file, at most `most` bytes of it.
pub fn without_ranges(body: &[u8], most: usize) -> Reply {
    let body = body.to_vec();
    Box::new(move |_| raw(format!("200 OK\r\nContent-Length: {}", body.len()), &body[..most.min(body.len())]))
}

pub fn fixed(head: &str, body: impl AsRef<[u8]>) -> Reply {
    let bytes = raw(head.to_owned(), body);
    Box::new(move |_| bytes.clone())
}

pub fn status(status: u16) -> Reply {
    fixed(&format!("{status} Something\r\nContent-Length: 5"), "sorry")
}

/// Bytes that differ everywhere.
pub fn body() -> Vec<u8> {
    (0_u32..50_000).flat_map(u32::to_le_bytes).collect()
}

/// MD5 of [`body`], by Python's `hashlib`.
pub const MD5: &str = "md5:93bca2a75bf3835fb7bd07fefbc859f4";

/// The file `path` of [`body`], with all that can be known of it.
pub fn file(path: &str) -> DataFile {
    DataFile { path: path.into(), bytes: Some(200_000), hash: Hash::parse(MD5) }
}

/// Three more tries without waiting.
pub fn options() -> FetchOptions {
    let silence = Duration::from_millis(500);
    FetchOptions { pauses: vec![Duration::ZERO; 3], silence, ..FetchOptions::default() }
}
