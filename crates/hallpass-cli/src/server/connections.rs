//! Connections: HTTP/1.1 on each of them, and an end to those that keep a place without using it.
//!
//! `axum::serve` waits for a client as long as it likes, so that whoever opens as many connections as the process may
//! have files, and says nothing on them, keeps everybody else out.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::sleep;
use tower_service::Service;

/// What clients may use up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How long a client may take to send a request's head, and how long a connection may wait for its next request.
    /// More than the minute after which nginx closes a connection to a server behind it, unless set otherwise.
    pub(super) head_timeout: Duration,
    /// Connections at once; more are not accepted before one of them ends.
    pub(super) connections: usize,
}

/// The pause after a connection could not be accepted, mostly because too many are open.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers every connection until `stopped` is true. Each of them holds a receiver as long as it is open.
pub(super) async fn accept(
    listener: TcpListener,
    routes: Router,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = told(&mut stopped) => return,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = told(&mut stopped) => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (routes, stopped) = (routes.clone(), stopped.clone());
                tokio::spawn(async move {
                    serve(stream, peer, routes, limits.head_timeout, stopped).await;
                    drop(place);
                });
            }
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted just now");
                sleep(PAUSE).await;
            }
        }
    }
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    routes: Router,
    head_timeout: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| answer(routes.clone(), peer, request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // How a connection ended is its client's affair; what was answered is in the log.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = told(&mut stopped) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn answer(
    mut routes: Router,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    poll_fn(|context| Service::<Request<Body>>::poll_ready(&mut routes, context)).await?;
    routes.call(request).await
}

/// Waits for the end. An error means that the sender is gone, which is the end as well.
async fn told(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// The client went away between its first packet and our look at it.
fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;

    const SHORT: Duration = Duration::from_millis(200);
    const LONG: Duration = Duration::from_secs(10);

    fn limits(head_timeout: Duration, connections: usize) -> Limits {
        Limits {
            head_timeout,
            connections,
        }
    }

    /// What a server with a short patience sends to a client that sends this and then nothing.
    async fn answer_to(sent: &[u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new().fallback(async || "here");
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(accept(listener, routes, limits(SHORT, 10), stopped));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        let mut answer = String::new();
        let read = timeout(LONG, stream.read_to_string(&mut answer)).await;
        drop(stop);
        read.expect("the connection is never closed").unwrap();
        answer
    }

    #[tokio::test]
    async fn a_client_that_says_nothing_is_let_go() {
        for sent in ["", "GET", "GET / HTTP/1.1\r\nHost: h\r\nX-Slow: "] {
            assert_eq!(answer_to(sent.as_bytes()).await, "", "{sent}");
        }
    }

    #[tokio::test]
    async fn a_connection_is_kept_for_a_while_and_then_closed() {
        let twice = "GET / HTTP/1.1\r\nHost: h\r\n\r\n".repeat(2);
        let answer = answer_to(twice.as_bytes()).await;
        assert_eq!(answer.matches("200 OK").count(), 2, "{answer}");
    }

    #[tokio::test]
    async fn a_connection_too_many_waits_for_a_place() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let routes = Router::new().fallback(async || "here");
        tokio::spawn(accept(listener, routes, limits(LONG, 1), stopped));
        let request = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(request).await.unwrap();
        first.read_u8().await.unwrap();
        let mut second = TcpStream::connect(address).await.unwrap();
        second.write_all(request).await.unwrap();
        assert!(timeout(SHORT, second.read_u8()).await.is_err());
        drop(first);
        let answered = timeout(LONG, second.read_u8()).await;
        answered.expect("the place is not given on").unwrap();
        drop(stop);
    }

    #[tokio::test]
    async fn every_connection_ends_with_the_server() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(accept(listener, Router::new(), limits(LONG, 10), stopped));
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        stream.write_all(request).await.unwrap();
        stream.read_u8().await.unwrap();
        stop.send(true).unwrap();
        let ended = async {
            server.await.unwrap();
            stop.closed().await;
        };
        timeout(LONG, ended).await.expect("a connection stays");
    }
}
