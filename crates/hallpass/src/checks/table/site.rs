//! Checks of what a site says to browsers: CSRF, origins, schemes, cookies.

use crate::checks::{Check, Level};

pub(in crate::checks) static CSRF_MIDDLEWARE_MISSING: Check = Check {
    id: "hallpass.W038",
    code: "CFG-03",
    django_id: Some("security.W003"),
    level: Level::Warning,
    why: "Any web page can make a logged-in visitor's browser change things in the Django project. Calls with a token do not need this: they are never checked for CSRF. Hallpass itself always checks.",
    django_cure: Some(
        "Put 'django.middleware.csrf.CsrfViewMiddleware' back into MIDDLEWARE; whoever removed it to make a 403 go away wanted TokenAuthentication, or a CSRF token.",
    ),
    hallpass_cure: "Nothing: the check cannot be switched off here.",
};

pub(in crate::checks) static OWN_ORIGIN_TRUSTED: Check = Check {
    id: "hallpass.W039",
    code: "CFG-04",
    django_id: None,
    level: Level::Warning,
    why: "A site need not trust itself: when it must, the server does not know that its visitors come by HTTPS. Redirects and secure cookies then go wrong as well.",
    django_cure: Some(
        "Set SECURE_PROXY_SSL_HEADER = (\"HTTP_X_FORWARDED_PROTO\", \"https\"), let the proxy always set that header, and take the origin out of CSRF_TRUSTED_ORIGINS.",
    ),
    hallpass_cure: "Set secure_proxy_ssl_header = [\"HTTP_X_FORWARDED_PROTO\", \"https\"], let the proxy always set that header, and take the origin out of csrf_trusted_origins.",
};

pub(in crate::checks) static REDIRECT_FOR_EVER: Check = Check {
    id: "hallpass.E040",
    code: "CFG-04",
    django_id: None,
    level: Level::Error,
    why: "The server cannot tell that a request came by HTTPS, so that it redirects every request to where it came from.",
    django_cure: Some(
        "Set SECURE_PROXY_SSL_HEADER = (\"HTTP_X_FORWARDED_PROTO\", \"https\") and let the proxy always set that header.",
    ),
    hallpass_cure: "Set secure_proxy_ssl_header = [\"HTTP_X_FORWARDED_PROTO\", \"https\"] and let the proxy always set that header, or redirect in the proxy and set secure_ssl_redirect = false.",
};

pub(in crate::checks) static PLAIN_ORIGIN_TRUSTED: Check = Check {
    id: "hallpass.W041",
    code: "CFG-04",
    django_id: None,
    level: Level::Warning,
    why: "A page that came over plain HTTP can be changed by anybody on the way, and it may send unsafe requests in its visitor's name.",
    django_cure: Some("Name the origin with https:// in CSRF_TRUSTED_ORIGINS."),
    hallpass_cure: "Name the origin with https:// in csrf_trusted_origins.",
};

pub(in crate::checks) static NO_HSTS: Check = Check {
    id: "hallpass.I042",
    code: "CFG-05",
    django_id: Some("security.W004"),
    level: Level::Info,
    why: "Browsers do not remember that this site is HTTPS only, unless the proxy tells them.",
    django_cure: Some("Set SECURE_HSTS_SECONDS, or the header in the proxy."),
    hallpass_cure: "Set secure_hsts_seconds, or the header in the proxy.",
};

pub(in crate::checks) static NO_HTTPS_REDIRECT: Check = Check {
    id: "hallpass.I043",
    code: "CFG-05",
    django_id: Some("security.W008"),
    level: Level::Info,
    why: "Plain HTTP is answered, unless the proxy redirects it.",
    django_cure: Some("Set SECURE_SSL_REDIRECT = True, or redirect in the proxy."),
    hallpass_cure: "Set secure_ssl_redirect = true, or redirect in the proxy.",
};

pub(in crate::checks) static SESSION_COOKIE_FOR_SCRIPTS: Check = Check {
    id: "hallpass.W044",
    code: "CFG-05",
    django_id: Some("security.W013"),
    level: Level::Warning,
    why: "Any script on a page, also an injected one, can read the session key and send it away.",
    django_cure: Some("Set SESSION_COOKIE_HTTPONLY = True."),
    hallpass_cure: "Set session_cookie_httponly = true.",
};

pub(in crate::checks) static COOKIE_OF_ANOTHER_DOMAIN: Check = Check {
    id: "hallpass.W045",
    code: "CFG-05",
    django_id: None,
    level: Level::Warning,
    why: "A browser throws a cookie for a foreign domain away: nobody stays logged in, or every form is refused.",
    django_cure: Some("Correct SESSION_COOKIE_DOMAIN and CSRF_COOKIE_DOMAIN, or leave them None."),
    hallpass_cure: "Correct session_cookie_domain and csrf_cookie_domain, or leave them out.",
};

pub(in crate::checks) static SAME_SITE_NONE_INSECURE: Check = Check {
    id: "hallpass.W046",
    code: "CFG-05",
    django_id: None,
    level: Level::Warning,
    why: "Browsers throw a cookie with SameSite=None away unless it is Secure.",
    django_cure: Some("Set SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE = True."),
    hallpass_cure: "Set session_cookie_secure and csrf_cookie_secure = true, or another SameSite.",
};

pub(in crate::checks) static CLIENTS_NAME_THEMSELVES: Check = Check {
    id: "hallpass.W059",
    code: "NET-02",
    django_id: None,
    level: Level::Warning,
    why: "Without it a client is whatever it writes into X-Forwarded-For: whoever writes something else with every request is never asked to slow down.",
    django_cure: Some("Set NUM_PROXIES in REST_FRAMEWORK to the number of proxies, 0 without any."),
    hallpass_cure: "Set [rest_framework] num_proxies to the number of proxies in front of Hallpass, 0 without any.",
};

pub(in crate::checks) static RULE_UNREACHABLE: Check = Check {
    id: "hallpass.W061",
    code: "CFG-06",
    django_id: None,
    level: Level::Warning,
    why: "The first rule that fits decides, so what this one says never counts: a path may be more open, or less, than its rule looks.",
    django_cure: None,
    hallpass_cure: "Put the narrower rule before the wider one, or take it away.",
};
