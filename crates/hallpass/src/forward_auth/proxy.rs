//! The five proxies, and what each of them does with an answer.

use http::StatusCode;

/// Whose conventions a request follows. The path says it; nothing is guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proxy {
    /// `auth_request`: passes 2xx, 401 and 403 on and makes 500 of everything else.
    Nginx,
    /// `ForwardAuth`: answers the client with whatever is not 2xx.
    Traefik,
    /// `forward_auth`: as Traefik.
    Caddy,
    /// `ext_authz` over HTTP: as Traefik for everything below 500; above, its own `status_on_error`.
    Envoy,
    /// The Lua of `hallpass proxy-config haproxy-lua`: as Traefik.
    Haproxy,
}

impl Proxy {
    pub(super) const ALL: [Self; 5] = [
        Self::Nginx,
        Self::Traefik,
        Self::Caddy,
        Self::Envoy,
        Self::Haproxy,
    ];

    /// The last segment of its endpoint.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Traefik => "traefik",
            Self::Caddy => "caddy",
            Self::Envoy => "envoy",
            Self::Haproxy => "haproxy",
        }
    }

    /// The status of a refusal as this proxy may see it.
    ///
    /// For nginx every refusal that is the caller's becomes 403. A fault of ours keeps its status: nginx makes 500 of
    /// it, which is closed, and tells operators from callers.
    pub(super) fn refusal_status(self, status: StatusCode) -> StatusCode {
        let passes = status == StatusCode::UNAUTHORIZED || status.is_server_error();
        if self == Self::Nginx && !passes {
            return StatusCode::FORBIDDEN;
        }
        status
    }

    /// How a browser is sent to the login page. nginx needs 401 and an `error_page` that makes a redirect of it.
    pub(super) fn redirect_status(self) -> StatusCode {
        match self {
            Self::Nginx => StatusCode::UNAUTHORIZED,
            Self::Traefik | Self::Caddy | Self::Envoy | Self::Haproxy => StatusCode::FOUND,
        }
    }
}
