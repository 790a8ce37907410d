//! The few HTML pages that are not views: Django's plain error pages, and the frame that ours share.
//!
//! Titles and visible sentences are Django 5.2's; the markup is our own.

use http::HeaderValue;

/// `Content-Type` of every page.
pub(crate) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Django's `Bad Request (400)` page.
pub(crate) const BAD_REQUEST: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head><title>Bad Request (400)</title></head>\n",
    "<body><h1>Bad Request (400)</h1></body>\n</html>\n",
);

/// Django's `403 Forbidden` page.
pub(crate) const FORBIDDEN: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head><title>403 Forbidden</title></head>\n",
    "<body><h1>403 Forbidden</h1><p></p></body>\n</html>\n",
);

/// Django's `Not Found` page.
pub(crate) const NOT_FOUND: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head><title>Not Found</title></head>\n<body><h1>Not Found</h1>",
    "<p>The requested resource was not found on this server.</p></body>\n</html>\n",
);

/// Django's `Server Error (500)` page.
pub(crate) const SERVER_ERROR: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head><title>Server Error (500)</title></head>\n",
    "<body><h1>Server Error (500)</h1></body>\n</html>\n",
);

const STYLE: &str = ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem}\
label{display:block;margin-top:1rem}input{font:inherit;width:100%;padding:.4rem;box-sizing:border-box}\
button{font:inherit;margin-top:1.5rem;padding:.5rem 1.25rem}.error{color:#a40000}\
@media(prefers-color-scheme:dark){.error{color:#ff8f8f}}";

/// A whole page; `title` is text, `body` is markup that the caller has escaped.
pub(crate) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
<title>{title}</title><style>{STYLE}</style></head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n",
        title = escape(title),
    )
}

/// Text made safe for markup and for a quoted attribute, as Django's `escape`.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#x27;"),
            other => safe.push(other),
        }
    }
    safe
}

/// Django's `CSRF verification failed` page. The reason is shown only with `debug`.
pub(crate) fn csrf_failure(reason: &str, debug: bool) -> String {
    let mut body = "<h1>Forbidden <span>(403)</span></h1>\n<p>CSRF verification failed. Request aborted.</p>\n".to_owned();
    if reason == "Referer checking failed - no Referer." {
        body.push_str(
            "<p>This HTTPS site requires a “Referer header” to be sent with forms, and the browser sent none: let it \
send one to this site, then try again.</p>\n",
        );
    }
    if reason == "CSRF cookie not set." {
        body.push_str(
            "<p>This site requires a CSRF cookie when submitting forms, and the browser sent none: allow cookies \
for this site, then load the form again.</p>\n",
        );
    }
    if debug {
        body.push_str("<h2>Help</h2>\n<p>Reason given for failure:</p>\n<pre>");
        body.push_str(&escape(reason));
        body.push_str("</pre>\n");
    } else {
        body.push_str("<p><small>More information is available with DEBUG=True.</small></p>\n");
    }
    page("403 Forbidden", &body)
}
