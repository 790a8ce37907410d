//! Connections: HTTP/1.1 on each of them, and an end to those that keep a place without using it.
//!
//! `axum::serve` waits for a client as long as it likes, so that whoever opens as many connections as the process may
//! have files, and says nothing on them, keeps everybody else out.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::routing::future::RouteFuture;
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tower_service::Service;

use super::places::{Activity, Crowd, Places};

/// What clients may use up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How long a client may take to send a request's head, and how long a connection may wait for its next request.
    /// More than the minute after which nginx closes a connection to a server behind it, unless set otherwise.
    pub(super) head_timeout: Duration,
    /// Connections at once; see [`places`](super::places) for one more.
    pub(super) connections: usize,
}

/// How long a connection whose place somebody else needs may take to send what it has already answered.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The pause after a connection could not be accepted, mostly because too many are open.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers every connection until `stopped` is true. Each of them holds a receiver as long as it is open.
pub(super) async fn accept(
    listener: TcpListener,
    routes: Router,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    let mut places = Places::new(limits.connections);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = told(&mut stopped) => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                let place = tokio::select! {
                    place = places.take() => place,
                    () = told(&mut stopped) => return,
                };
                let Some(place) = place else {
                    places.refuse(stream);
                    continue;
                };
                let visit = Visit {
                    routes: routes.clone(),
                    head_timeout: limits.head_timeout,
                    stopped: stopped.clone(),
                    crowd: places.crowd(),
                };
                tokio::spawn(async move {
                    visit.serve(stream, peer).await;
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

/// What a connection has to know.
struct Visit {
    routes: Router,
    head_timeout: Duration,
    stopped: watch::Receiver<bool>,
    crowd: Crowd,
}

impl Visit {
    async fn serve(mut self, stream: TcpStream, peer: SocketAddr) {
        // An answer is written in one piece. Held back for company, the second of two would wait for the client's system
        // to acknowledge the first: up to 40 ms.
        let _ = stream.set_nodelay(true);
        give_up_on_silence(&stream, self.head_timeout);
        let activity = Arc::new(Activity::default());
        let (routes, doing) = (self.routes, Arc::clone(&activity));
        // hyper keeps room for this future as long as the connection is open; an async block would hold the request, and
        // the router's own future twice.
        let service = service_fn(move |request| {
            doing.begins();
            let doing = Arc::clone(&doing);
            answer(&routes, peer, request).map(move |answered| {
                doing.ends();
                answered
            })
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.head_timeout)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        // How a connection ended is its client's affair; what was answered is in the log.
        tokio::select! {
            _ = connection.as_mut() => return,
            () = told(&mut self.stopped) => {}
            () = self.crowd.is_to_leave(&activity) => {
                // One that never asked for anything has no answer under way; hyper would wait for it.
                if activity.has_asked() {
                    connection.as_mut().graceful_shutdown();
                    // An answer that its client does not read would keep the place for ever.
                    let _ = timeout(LAST_WORDS, connection).await;
                }
                return;
            }
        }
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// The system ends a connection whose client acknowledges nothing, or takes nothing in, for as long as an idle one may
/// stay: nobody waits for it then.
#[cfg(target_os = "linux")]
fn give_up_on_silence(stream: &TcpStream, patience: Duration) {
    let milliseconds = u32::try_from(patience.as_millis()).unwrap_or(u32::MAX);
    let _ = rustix::net::sockopt::set_tcp_user_timeout(stream, milliseconds);
}

#[cfg(not(target_os = "linux"))]
fn give_up_on_silence(_: &TcpStream, _: Duration) {}

/// A router is always ready.
fn answer(
    routes: &Router,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> RouteFuture<Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    routes.clone().call(request)
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
    use std::time::Instant;

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

    async fn asked(address: SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        stream.write_all(request).await.unwrap();
        stream
    }

    async fn answer_on(mut stream: TcpStream) -> String {
        let mut answer = [0; 1024];
        let read = timeout(LONG, stream.read(&mut answer)).await;
        let length = read.expect("no answer comes").unwrap();
        String::from_utf8_lossy(&answer[..length]).into_owned()
    }

    #[tokio::test]
    async fn an_idle_connection_gives_its_place_to_the_next_client() {
        let (silent, used) = (
            async |address| TcpStream::connect(address).await.unwrap(),
            asked,
        );
        for which in ["silent", "used"] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (stop, stopped) = watch::channel(false);
            let routes = Router::new().fallback(async || "here");
            tokio::spawn(accept(listener, routes, limits(LONG * 6, 1), stopped));
            let mut first = match which {
                "silent" => silent(address).await,
                _ => used(address).await,
            };
            let until = Instant::now() + LONG;
            // On a busy machine the first may be idle only when the second has been told to come again.
            while !answer_on(asked(address).await)
                .await
                .starts_with("HTTP/1.1 200")
            {
                assert!(Instant::now() < until, "{which} keeps its place");
            }
            let mut rest = Vec::new();
            let end = timeout(LONG, first.read_to_end(&mut rest)).await;
            assert!(end.is_ok(), "{which}: the idle connection stays");
            drop(stop);
        }
    }

    #[tokio::test]
    async fn who_finds_everybody_busy_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let (end, ended) = watch::channel(false);
        let routes = Router::new().fallback(async move || {
            told(&mut ended.clone()).await;
            "here"
        });
        tokio::spawn(accept(listener, routes, limits(LONG * 6, 1), stopped));
        let busy = asked(address).await;
        for _ in 0..3 {
            let answer = answer_on(asked(address).await).await;
            assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
            assert!(answer.contains("retry-after: 1\r\n"), "{answer}");
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.contains(&format!("content-length: {}", body.len())));
        }
        end.send(true).unwrap();
        let answer = answer_on(busy).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
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
