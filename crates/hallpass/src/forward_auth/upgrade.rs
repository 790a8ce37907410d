//! Whether a request wants to leave HTTP: after that no other request of the connection is asked about.

use http::header::{SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::{HeaderMap, HeaderName};

static ORIGINAL_UPGRADE: HeaderName = HeaderName::from_static("x-original-upgrade");
/// Of the first drafts of the protocol.
static SEC_WEBSOCKET_KEY1: HeaderName = HeaderName::from_static("sec-websocket-key1");

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
    let mut wanted = match scheme {
        "ws" | "wss" => Upgrade::WebSocket,
        _ => Upgrade::None,
    };
    for (name, value) in headers {
        if *name == UPGRADE || *name == ORIGINAL_UPGRADE {
            match value.as_bytes().trim_ascii() {
                b"" => {}
                protocol if protocol.eq_ignore_ascii_case(b"websocket") => {
                    wanted = Upgrade::WebSocket;
                }
                _ => return Upgrade::Other,
            }
        } else if [SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION].contains(name)
            || *name == SEC_WEBSOCKET_KEY1
        {
            wanted = Upgrade::WebSocket;
        }
    }
    wanted
}
