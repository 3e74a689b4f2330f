//! Asking Latchkey over HTTP: one request at a time on a connection that stays open, answers of
//! bounded size, and no redirect followed: the token goes where it was meant to go and nowhere
//! else.

use std::{sync::Arc, time::Duration};

use http::{HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{error::Elapsed, timeout},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

use crate::error::SettingsError;

/// A connection must stand after so long.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// No usable answer came.
#[derive(Debug, Error)]
pub(crate) enum TransportError {
    #[error("no connection")]
    Connect(#[source] std::io::Error),
    #[error("no answer")]
    Http(#[source] hyper::Error),
    #[error("answered {0}")]
    Status(StatusCode),
    #[error("an answer that is too long or was cut off")]
    Body(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("no answer in time")]
    Time(#[from] Elapsed),
    #[error("no request can be made of that")]
    Request(#[source] http::Error),
}

/// Where Latchkey is reached, and by which name it knows itself.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    host: String,
    port: u16,
    /// The `Host` header: that of the base URL, or Latchkey takes the request for somebody else's.
    name: HeaderValue,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

impl Address {
    /// Where `via` says, else where the base URL does.
    pub(crate) fn of(
        base_url: &str,
        via: Option<&str>,
        root_certificates: Option<&[u8]>,
    ) -> Result<Self, SettingsError> {
        let base = split(base_url)?;
        let via = via.unwrap_or(base_url);
        let reached = split(via)?;
        let wrong = || SettingsError::Address(via.to_owned());
        let is_tls = reached.scheme_str() == Some("https");
        let host = reached.host().ok_or_else(wrong)?;
        // An IPv6 address stands in brackets there, and nowhere else.
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let tls = if is_tls {
            let name = ServerName::try_from(host.clone()).map_err(|_| wrong())?;
            Some((trust(root_certificates)?, name))
        } else {
            None
        };
        let name = base.authority().map_or("", |authority| authority.as_str());
        Ok(Self {
            port: reached.port_u16().unwrap_or(if is_tls { 443 } else { 80 }),
            host,
            name: HeaderValue::from_str(name).map_err(|_| wrong())?,
            tls,
        })
    }
}

fn split(url: &str) -> Result<Uri, SettingsError> {
    let wrong = || SettingsError::Address(url.to_owned());
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let authority = uri.authority().ok_or_else(wrong)?;
    let is_plain = matches!(uri.scheme_str(), Some("http" | "https"))
        && matches!(
            uri.path_and_query().map(http::uri::PathAndQuery::as_str),
            None | Some("/")
        )
        && !authority.as_str().contains('@')
        && !authority.host().is_empty();
    if is_plain { Ok(uri) } else { Err(wrong()) }
}

fn trust(root_certificates: Option<&[u8]>) -> Result<Arc<ClientConfig>, SettingsError> {
    let mut roots = RootCertStore::empty();
    match root_certificates {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                certificate
                    .ok()
                    .and_then(|certificate| roots.add(certificate).ok())
                    .ok_or(SettingsError::Certificates)?;
            }
            if roots.is_empty() {
                return Err(SettingsError::Certificates);
            }
        }
    }
    // Named, so that nothing depends on what else the process uses.
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| SettingsError::Certificates)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// A connection to one address.
#[derive(Debug)]
pub(crate) struct Transport {
    address: Address,
    sender: Option<SendRequest<Empty<Bytes>>>,
}

impl Transport {
    pub(crate) fn new(address: Address) -> Self {
        Self {
            address,
            sender: None,
        }
    }

    /// The body of a 200. `limit` is for everything after the connection stands.
    pub(crate) async fn get(
        &mut self,
        path: &str,
        authorization: Option<&HeaderValue>,
        limit: Duration,
        max_bytes: usize,
    ) -> Result<Bytes, TransportError> {
        // Out of its place: after a failure it stays away, and the next request opens another.
        let mut sender = match self.sender.take() {
            Some(sender) if !sender.is_closed() => sender,
            _ => timeout(CONNECT_LIMIT, self.connect()).await??,
        };
        let mut request = Request::get(path)
            .header(header::HOST, &self.address.name)
            .header(header::ACCEPT, "application/json");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request = request
            .body(Empty::new())
            .map_err(TransportError::Request)?;
        let body = timeout(limit, ask(&mut sender, request, max_bytes)).await??;
        self.sender = Some(sender);
        Ok(body)
    }

    async fn connect(&self) -> Result<SendRequest<Empty<Bytes>>, TransportError> {
        let address = &self.address;
        let stream = TcpStream::connect((address.host.as_str(), address.port))
            .await
            .map_err(TransportError::Connect)?;
        stream.set_nodelay(true).map_err(TransportError::Connect)?;
        match &address.tls {
            None => begin(stream).await,
            Some((config, name)) => {
                let stream = TlsConnector::from(config.clone())
                    .connect(name.clone(), stream)
                    .await
                    .map_err(TransportError::Connect)?;
                begin(stream).await
            }
        }
    }
}

async fn begin<S>(stream: S) -> Result<SendRequest<Empty<Bytes>>, TransportError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(TokioIo::new(stream))
        .await
        .map_err(TransportError::Http)?;
    // It ends with the sender; what it says the request says as well.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}

async fn ask(
    sender: &mut SendRequest<Empty<Bytes>>,
    request: Request<Empty<Bytes>>,
    max_bytes: usize,
) -> Result<Bytes, TransportError> {
    sender.ready().await.map_err(TransportError::Http)?;
    let answer = sender
        .send_request(request)
        .await
        .map_err(TransportError::Http)?;
    if answer.status() != StatusCode::OK {
        return Err(TransportError::Status(answer.status()));
    }
    let body = Limited::new(answer.into_body(), max_bytes)
        .collect()
        .await
        .map_err(TransportError::Body)?;
    Ok(body.to_bytes())
}

#[cfg(test)]
mod tests;
