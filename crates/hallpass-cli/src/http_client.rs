//! One request, one answer, over plain HTTP or TLS: for `check --url`, `explain` and whoever sends spans.
//!
//! No redirect is followed and no proxy of the environment is asked: the doctor wants to see what the address itself
//! says.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How long everything may take, from looking the name up to the answer's last byte.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest body that is read, in bytes.
const LONGEST_BODY: usize = 1 << 20;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Sends a request to an absolute address.
///
/// # Errors
/// Why there is no answer, in a few words.
pub(crate) async fn send(
    method: &str,
    url: &Uri,
    headers: &[(String, String)],
    body: &str,
) -> Result<Answer, String> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let body = Bytes::copy_from_slice(body.as_bytes());
    let request = request.body(body).map_err(|error| error.to_string())?;
    let (head, body) = send_bytes(request).await?.into_parts();
    Ok(Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// As [`send`], for a body of any bytes; the target is an absolute address.
///
/// # Errors
/// Why there is no answer, in a few words.
pub(crate) async fn send_bytes(request: Request<Bytes>) -> Result<Response<Bytes>, String> {
    let url = request.uri().clone();
    match timeout(PATIENCE, exchange(&url, over_the_wire(&url, request)?)).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

/// The request as it is written on a connection of its own.
fn over_the_wire(url: &Uri, request: Request<Bytes>) -> Result<Request<Full<Bytes>>, String> {
    let (mut head, body) = request.into_parts();
    let target = url.path_and_query().map_or("/", |target| target.as_str());
    head.uri = target.parse().map_err(|_| "the address has no path")?;
    let host = url.authority().map_or("", |authority| authority.as_str());
    let host = HeaderValue::from_str(host).map_err(|error| error.to_string())?;
    let headers = &mut head.headers;
    // Whoever probes with a Host or a User-Agent of their own means it.
    headers.entry(header::HOST).or_insert(host);
    headers
        .entry(header::USER_AGENT)
        .or_insert(HeaderValue::from_static(concat!(
            "hallpass/",
            env!("CARGO_PKG_VERSION")
        )));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    Ok(Request::from_parts(head, Full::new(body)))
}

async fn exchange(url: &Uri, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, String> {
    let host = url.host().ok_or("the address has no host")?;
    let is_tls = url.scheme_str() == Some("https");
    let port = url.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((bare, port))
        .await
        .map_err(|error| format!("no connection to {host}:{port}: {error}"))?;
    if !is_tls {
        return over(stream, request).await;
    }
    let name = ServerName::try_from(bare.to_owned()).map_err(|error| error.to_string())?;
    let stream = connector()?
        .connect(name, stream)
        .await
        .map_err(|error| format!("no TLS with {host}:{port}: {error}"))?;
    over(stream, request).await
}

async fn over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Response<Bytes>, String> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    let driver = tokio::spawn(connection);
    let answer = async {
        let response = sender.send_request(request).await?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LONGEST_BODY).collect().await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Response::from_parts(
            head,
            body.to_bytes(),
        ))
    }
    .await;
    driver.abort();
    answer.map_err(|error| error.to_string())
}

/// With the authorities of the system, or of the file that `SSL_CERT_FILE` names.
fn connector() -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    let (added, _) =
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if added == 0 {
        return Err(
            "no certificates of authorities are installed (Debian: apt install ca-certificates)"
                .to_owned(),
        );
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
