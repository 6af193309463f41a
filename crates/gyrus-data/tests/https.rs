//! The same over TLS: certificates that are trusted, and those that are not.

mod server;

use std::fs;
use std::sync::Arc;

use gyrus_data::{Error, FetchOptions, Fetcher, Outcome};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use server::{Reply, Server, body, cut, file, fixed, good, options};

const NAME: &str = "file.bin";

/// A server for `name`, and its certificate in PEM form.
fn secure(name: &str, replies: Vec<Reply>) -> (Server, String) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.expect("versions").with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![cert.der().clone()], key).expect("a server"));
    let wrap = Box::new(move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).map_err(std::io::Error::other)?;
        Ok(Box::new(StreamOwned::new(connection, stream)) as Box<dyn server::Stream>)
    });
    (Server::wrapped("https", replies, wrap), cert.pem())
}

/// Fetches the file with `certificates` trusted.
fn fetch(server: &Server, certificates: Option<String>) -> Result<Outcome, Error> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = FetchOptions { certificates: certificates.map(String::into_bytes), ..options() };
    let outcome = Fetcher::new(&options)?.fetch(&server.url(), &file(NAME), folder.path(), &mut |_| {});
    assert_eq!(fs::read(folder.path().join(NAME)).ok(), outcome.is_ok().then(body));
    outcome
}

#[test]
fn a_trusted_server_gives_the_file_in_two_pieces() -> Result<(), Error> {
    let (server, pem) = secure("localhost", vec![cut(&body(), 70_000), good(&body())]);
    assert_eq!(fetch(&server, Some(pem))?, Outcome::Fetched { bytes: 200_000, resumed: 0, verified: true });
    let asked: Vec<usize> = server.requests().iter().map(server::Request::from).collect();
    assert!(asked[0] == 0 && asked[1] > 0 && asked[1] <= 70_000, "{asked:?}");
    Ok(())
}

#[test]
fn a_server_that_is_not_trusted_is_asked_once() {
    let (server, _) = secure("localhost", vec![good(&body())]);
    let error = fetch(&server, None).expect_err("an unknown certificate");
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(matches!(error, Error::Request { .. }) && source.contains("certificate"), "{error}: {source}");
    let (server, pem) = secure("example.org", vec![good(&body())]);
    assert!(matches!(fetch(&server, Some(pem)), Err(Error::Request { .. })));
}

#[test]
fn a_secure_address_leads_to_no_other() {
    let plain = Server::new(vec![good(&body())]);
    let to = fixed(&format!("302 Found\r\nLocation: {}\r\nContent-Length: 0", plain.url()), "");
    let (server, pem) = secure("localhost", vec![to]);
    assert!(matches!(fetch(&server, Some(pem)), Err(Error::Request { .. })));
    assert!(plain.requests().is_empty());
}
