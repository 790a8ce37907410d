//! Checks of what arrives: a credential as it was typed, and what a proxy makes of a request.

use crate::checks::{Check, Level};

pub(in crate::checks) static CREDENTIAL_MISTYPED: Check = Check {
    id: "hallpass.E047",
    code: "CRED-01",
    django_id: None,
    level: Level::Error,
    why: "It is refused, or not even looked at, although the token itself may be good.",
    django_cure: None,
    hallpass_cure: "Correct the client: `Authorization: Token <40 hexadecimal digits>`, with the word of [token] keyword, one space, and nothing around the key.",
};

pub(in crate::checks) static CREDENTIAL_REFUSED: Check = Check {
    id: "hallpass.E048",
    code: "CRED-02",
    django_id: None,
    level: Level::Error,
    why: "It is well written, and refused all the same.",
    django_cure: Some(
        "Look the token up in the admin, or run `python manage.py drf_create_token USER`.",
    ),
    hallpass_cure: "Run `hallpass drf_create_token USER` for the user's token; check that database_url is the database that it came from.",
};

pub(in crate::checks) static PROBE_FAILED: Check = Check {
    id: "hallpass.E049",
    code: "NET-06",
    django_id: None,
    level: Level::Error,
    why: "Nothing can be said of the way through the proxy.",
    django_cure: None,
    hallpass_cure: "Start `hallpass serve` behind the proxy, let the proxy pass the path of probe_path on, and name the address as a client sees it.",
};

pub(in crate::checks) static AUTHORIZATION_DROPPED: Check = Check {
    id: "hallpass.E050",
    code: "NET-01",
    django_id: None,
    level: Level::Error,
    why: "Every request with a token or with Basic credentials counts as anonymous: \"Authentication credentials were not provided.\"",
    django_cure: Some(
        "Apache with mod_wsgi: WSGIPassAuthorization On. Apache with CGI or FastCGI: CGIPassAuth On. nginx with fastcgi_pass or uwsgi_pass: pass HTTP_AUTHORIZATION $http_authorization.",
    ),
    hallpass_cure: "Let the proxy pass Authorization on: nginx with proxy_pass, HAProxy, Caddy and Traefik do unless told otherwise; look for a rule that removes the header, or for the proxy's own Basic authentication on this path.",
};

pub(in crate::checks) static IDENTITY_HEADERS_PASS: Check = Check {
    id: "hallpass.W051",
    code: "NET-02",
    django_id: None,
    level: Level::Warning,
    why: "Whoever believes this header behind the proxy believes the client: anybody can be anyone.",
    django_cure: Some("Remove the header in the proxy before RemoteUserMiddleware may see it."),
    hallpass_cure: "Let the proxy set or remove the header on every request, in each spelling (with - and with _).",
};

pub(in crate::checks) static FORWARDED_FOR_PASSES: Check = Check {
    id: "hallpass.W052",
    code: "NET-02",
    django_id: None,
    level: Level::Warning,
    why: "The last address in X-Forwarded-For is the client's own word: throttles that count by address can be led around.",
    django_cure: Some("Let the proxy add the address it sees, and set NUM_PROXIES."),
    hallpass_cure: "Let the proxy add the address it sees (nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for), and set [rest_framework] num_proxies.",
};

pub(in crate::checks) static POST_REDIRECTED: Check = Check {
    id: "hallpass.E053",
    code: "NET-03",
    django_id: None,
    level: Level::Error,
    why: "Clients follow a redirect of a POST with a GET and without its body, and drop Authorization on the way to another host.",
    django_cure: Some("Give clients the final address: with https:// and with the closing slash."),
    hallpass_cure: "Give clients the final address: with https:// and with the closing slash; a redirect for them can only be 307 or 308.",
};

pub(in crate::checks) static PREFLIGHT_REFUSED: Check = Check {
    id: "hallpass.I054",
    code: "NET-04",
    django_id: None,
    level: Level::Info,
    why: "Scripts on pages of another origin cannot call the API: the browser asks first, without credentials, and hears no.",
    django_cure: Some(
        "Put corsheaders.middleware.CorsMiddleware before everything else, if such pages exist.",
    ),
    hallpass_cure: "Answer OPTIONS requests with Access-Control-Request-Method in the proxy, or in a CORS layer around the router, if such pages exist.",
};

pub(in crate::checks) static ANSWERS_CACHED: Check = Check {
    id: "hallpass.E055",
    code: "NET-05",
    django_id: None,
    level: Level::Error,
    why: "Something on the way answers one caller with what another was told.",
    django_cure: Some("Do not cache in the proxy what has Cache-Control: no-store or Vary."),
    hallpass_cure: "Do not cache in the proxy what has Cache-Control: no-store or Vary.",
};

pub(in crate::checks) static HOST_REFUSED: Check = Check {
    id: "hallpass.E056",
    code: "CFG-05",
    django_id: None,
    level: Level::Error,
    why: "Every request through this address is answered 400.",
    django_cure: Some("Add the name to ALLOWED_HOSTS."),
    hallpass_cure: "Let the proxy pass Host on (nginx: proxy_set_header Host $host) and add the name to allowed_hosts.",
};

pub(in crate::checks) static SCHEME_UNKNOWN: Check = Check {
    id: "hallpass.W057",
    code: "CFG-04",
    django_id: None,
    level: Level::Warning,
    why: "Forms and session calls from the site's own pages fail with \"CSRF Failed: Origin checking failed\".",
    django_cure: Some(
        "Set SECURE_PROXY_SSL_HEADER and let the proxy always set that header; adding the site to CSRF_TRUSTED_ORIGINS only hides it.",
    ),
    hallpass_cure: "Set secure_proxy_ssl_header = [\"HTTP_X_FORWARDED_PROTO\", \"https\"] and let the proxy always set that header, and pass Host on.",
};

pub(in crate::checks) static SCHEME_CLAIMED: Check = Check {
    id: "hallpass.W058",
    code: "NET-02",
    django_id: None,
    level: Level::Warning,
    why: "A client that speaks plain HTTP is taken for one that speaks HTTPS.",
    django_cure: Some(
        "Let the proxy overwrite the header of SECURE_PROXY_SSL_HEADER on every request.",
    ),
    hallpass_cure: "Let the proxy overwrite the header of secure_proxy_ssl_header on every request (nginx: proxy_set_header X-Forwarded-Proto $scheme).",
};
