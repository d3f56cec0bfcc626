//! TLS: certificates are checked, further authorities are trusted on request, and no crypto
//! provider has to be installed for it.
//!
//! `tls_files` holds an authority of nobody and a certificate for 127.0.0.1 that it signed, both
//! valid for a century: `openssl req -x509 …`, then `openssl x509 -req …`.

mod fake_mews;

use std::sync::Arc;

use fake_mews::{ID, bounded, builder};
use rowmill_mews::{Client, Entity, ErrorKind};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const AUTHORITY: &[u8] = include_bytes!("tls_files/authority.pem");
const SERVER: &[u8] = include_bytes!("tls_files/server.pem");
const SERVER_KEY: &[u8] = include_bytes!("tls_files/server.key.pem");

/// Answers every request with an empty list; the address begins with `https`.
async fn api() -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificates = vec![CertificateDer::from_pem_slice(SERVER).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(SERVER_KEY).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            // The requests of these tests come in one piece.
            let _ = stream.read(&mut request).await;
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"Exports\":[]}";
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
    });
    url
}

#[tokio::test]
async fn an_unknown_authority_is_refused_before_anything_is_sent() {
    bounded(async {
        let url = api().await;
        // On a machine without any trust store it is the client that cannot be built.
        let Ok(client) = builder(&url).build().map_err(|error| {
            assert_eq!(error.kind(), &ErrorKind::Certificate);
        }) else {
            return;
        };
        let get = client.get_all(&[ID]).await.unwrap_err();
        // Not `Unknown`: the request never left.
        let add = client.export(Entity::Bill).send().await.unwrap_err();
        for error in [get, add] {
            assert_eq!((error.kind(), error.attempts()), (&ErrorKind::Certificate, 1), "{error}");
            assert!(!error.is_retryable());
        }
    })
    .await;
}

// The verifiers of other systems have opinions on certificates that are valid for a century.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_authority_is_trusted_on_request() {
    bounded(async {
        let url = api().await;
        let client = builder(&url).extra_authorities(AUTHORITY).build().unwrap();
        assert!(client.get_all(&[ID]).await.unwrap().is_empty());
        // Nothing was installed behind the back of the program.
        assert!(rustls::crypto::CryptoProvider::get_default().is_none());
    })
    .await;
}

#[test]
fn authorities_are_pem() {
    for wrong in
        ["", "no certificate", "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n"]
    {
        let error = builder("https://localhost").extra_authorities(wrong).build().unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Certificate);
    }
    let _: Client = builder("https://localhost").extra_authorities(AUTHORITY).build().unwrap();
}
