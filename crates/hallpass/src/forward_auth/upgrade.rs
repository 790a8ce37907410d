//! Whether a request wants to leave HTTP: after that no other request of the connection is asked about.

use http::HeaderMap;
use http::header::UPGRADE;

/// What the client wants the connection to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upgrade {
    /// It stays what it is.
    None,
    /// A WebSocket.
    WebSocket,
    /// Something else, such as `h2c`.
    Other,
}

/// Proxies leave `Upgrade` out of the request to us, more or less. The printed nginx configuration says it in a header
/// of ours, and the keys of the handshake come along everywhere.
pub(super) fn wanted(headers: &HeaderMap, scheme: &str) -> Upgrade {
    let mut wanted = Upgrade::None;
    let named = headers.get_all(UPGRADE).iter();
    for value in named.chain(headers.get_all("x-original-upgrade")) {
        match value.as_bytes().trim_ascii() {
            b"" => {}
            name if name.eq_ignore_ascii_case(b"websocket") => wanted = Upgrade::WebSocket,
            _ => return Upgrade::Other,
        }
    }
    let is_handshake = [
        "sec-websocket-key",
        "sec-websocket-version",
        "sec-websocket-key1",
    ]
    .iter()
    .any(|name| headers.contains_key(*name));
    if is_handshake || matches!(scheme, "ws" | "wss") {
        return Upgrade::WebSocket;
    }
    wanted
}
