//! TLS by rustls with the ring provider and the operating system's trust store.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;

use crate::error::{Error, ErrorKind};

/// A TLS set-up that trusts what the operating system trusts, and further authorities in PEM form.
///
/// The provider is passed along explicitly: a library must neither install a process-wide default
/// nor depend on one.
pub(crate) fn config(extra_authorities: Option<&[u8]>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = verifier(extra_authorities, Arc::clone(&provider))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(trouble)?
        .dangerous() // the name rustls gives to any verifier that is not its own
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(config)
}

/// A TLS set-up that trusts nobody, for a machine without a trust store that only talks to itself.
pub(crate) fn trusting_nobody() -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(trouble)?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(config)
}

fn verifier(pem: Option<&[u8]>, provider: Arc<CryptoProvider>) -> Result<Verifier, Error> {
    let Some(pem) = pem else {
        return Verifier::new(provider).map_err(trouble);
    };
    let authorities: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| {
            Error::new(ErrorKind::Certificate, "the extra certificates are not in PEM form")
        })?;
    if authorities.is_empty() {
        return Err(Error::new(ErrorKind::Certificate, "there is no certificate in the PEM text"));
    }
    Verifier::new_with_extra_roots(authorities, provider).map_err(trouble)
}

fn trouble(cause: rustls::Error) -> Error {
    Error::new(ErrorKind::Certificate, format!("cannot set up TLS: {cause}"))
        .caused_by(Some(Arc::new(cause)))
}
