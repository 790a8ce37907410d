//! What a trusted proxy says of the request that it asks about, as far as no header of that request says it.

/// Stands in the extensions of a request that was put together by forward-auth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Forwarded {
    /// Whether the client speaks HTTPS with the proxy.
    pub(crate) is_secure: bool,
    /// Whether the application behind the proxy does the CSRF check.
    pub(crate) defers_csrf: bool,
}
