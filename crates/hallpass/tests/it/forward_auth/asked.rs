//! One original request, asked about in the words of each proxy.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hallpass::settings::{ForwardAuthRules, Settings};
use hallpass::views::forward_auth;
use http::{HeaderName, HeaderValue, Request};
use tower::ServiceExt as _;

use crate::gate::bench::{Answer, Bench};

pub(super) const PROXIES: [&str; 5] = ["nginx", "traefik", "caddy", "envoy", "haproxy"];

/// What a browser that navigates accepts.
pub(super) const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// A question about a request; `GET http://app.example/` of 192.0.2.7 unless told otherwise.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    proxy: &'static str,
    method: String,
    scheme: String,
    host: String,
    target: String,
    client: String,
    peer: Option<SocketAddr>,
    headers: Vec<(String, String)>,
    without: Vec<&'static str>,
}

impl Asked {
    pub(super) fn by(proxy: &'static str) -> Self {
        Self {
            proxy,
            method: "GET".to_owned(),
            scheme: "http".to_owned(),
            host: "app.example".to_owned(),
            target: "/".to_owned(),
            client: "192.0.2.7".to_owned(),
            peer: Some(SocketAddr::from(([127, 0, 0, 1], 4711))),
            headers: Vec::new(),
            without: Vec::new(),
        }
    }

    pub(super) fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    pub(super) fn scheme(mut self, scheme: &str) -> Self {
        scheme.clone_into(&mut self.scheme);
        self
    }

    pub(super) fn host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    pub(super) fn target(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    pub(super) fn client(mut self, client: &str) -> Self {
        client.clone_into(&mut self.client);
        self
    }

    pub(super) fn peer(mut self, peer: Option<&str>) -> Self {
        self.peer = peer.map(|peer| peer.parse().unwrap());
        self
    }

    /// A header of the client's, which every proxy passes along; or one more of the proxy's.
    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A header that the proxy should have sent and did not.
    pub(super) fn without(mut self, name: &'static str) -> Self {
        self.without.push(name);
        self
    }

    pub(super) async fn of(&self, app: &Router) -> Answer {
        Answer::of(app.clone().oneshot(self.request()).await.unwrap()).await
    }

    fn request(&self) -> Request<Body> {
        let (method, scheme, host) = (&self.method, &self.scheme, &self.host);
        let target = &self.target;
        let mut own = vec![("x-forwarded-for", self.client.clone())];
        let mut line = ("GET", format!("/forward-auth/{}", self.proxy));
        match self.proxy {
            "nginx" => own.extend([
                ("host", "127.0.0.1:8000".to_owned()),
                ("x-original-method", method.clone()),
                ("x-original-url", format!("{scheme}://{host}{target}")),
            ]),
            "envoy" => {
                line = (method, format!("/forward-auth/envoy{target}"));
                own.extend([
                    ("host", host.clone()),
                    ("x-forwarded-proto", scheme.clone()),
                ]);
            }
            _ => own.extend([
                ("host", "127.0.0.1:8000".to_owned()),
                ("x-forwarded-method", method.clone()),
                ("x-forwarded-proto", scheme.clone()),
                ("x-forwarded-host", host.clone()),
                ("x-forwarded-uri", target.clone()),
            ]),
        }
        own.retain(|(name, _)| !self.without.contains(name));
        let mut request = Request::builder().method(line.0).uri(line.1);
        let theirs = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value));
        for (name, value) in theirs.chain(own.iter().map(|(name, value)| (*name, value))) {
            let name: HeaderName = name.parse().unwrap();
            request = request.header(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        if let Some(peer) = self.peer {
            request = request.extension(ConnectInfo(peer));
        }
        request.body(Body::empty()).unwrap()
    }
}

/// The endpoints of a Hallpass on the fixture database.
pub(super) async fn app() -> Router {
    app_with("").await
}

/// With these settings of forward-auth, in TOML.
pub(super) async fn app_with(toml: &str) -> Router {
    on(&bench(toml).await)
}

pub(super) fn on(bench: &Bench) -> Router {
    forward_auth(&bench.hallpass, "/forward-auth/")
}

pub(super) async fn bench(toml: &str) -> Bench {
    let given = Settings::from_toml(toml).unwrap();
    Bench::with_settings(|settings| {
        settings.rule = ForwardAuthRules(given.rule.0.clone());
        settings.forward_auth = given.forward_auth.clone();
        settings.login_url = "/api-auth/login/".to_owned();
        if given.login_url != Settings::default().login_url {
            settings.login_url.clone_from(&given.login_url);
        }
        settings.trusted_proxies.clone_from(&given.trusted_proxies);
    })
    .await
}
