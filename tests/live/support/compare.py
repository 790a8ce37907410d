"""What of an answer must be the same on both sides: everything a client can notice, except chance and time."""
import html
import re

# Compared as they are; `Vary` and `Cache-Control` are sets.
HEADERS = ("WWW-Authenticate", "Allow", "Content-Type", "Location", "Retry-After", "X-Frame-Options",
           "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")
SETS = ("Vary", "Cache-Control")

# Texts that a person reads on Django's pages; markup is free.
PAGE_TEXTS = (
    "This field is required.",
    "Null characters are not allowed.",
    "Note that both fields may be case-sensitive.",
    "Please enter a correct username and password.",
    "Please enter a correct email address and password.",
    "This account is inactive.",
    "CSRF verification failed. Request aborted.",
    "More information is available with DEBUG=True.",
    "The requested resource was not found on this server.",
    "Log in",
    "Password",
)


def cookie(text, sent):
    """A Set-Cookie line with its chance parts named: what was sent comes back, or a new value of some length."""
    pair, *attributes = text.split("; ")
    name, _, value = pair.partition("=")
    if value and value == sent.get(name):
        value = "<the same>"
    elif re.fullmatch(r"\w+", value):
        value = f"<{len(value)} new>"
    dates = re.compile(r"(?i)^expires=(?!Thu, 01 Jan 1970).*")
    return f"{name}={value}", tuple(dates.sub("expires=<date>", attribute) for attribute in attributes)


def page(body):
    """Title, known texts, form fields and the target of an HTML page."""
    text = html.unescape(body.decode("utf-8", "replace"))
    title = re.search(r"<title>\s*(.*?)\s*</title>", text, re.S)
    target = re.search(r'<input[^>]*name="next"[^>]*>', text)
    value = target and re.search(r'value="([^"]*)"', target[0])
    return {
        "title": title and title[1].split(" | ")[0],  # what follows names the admin site
        "texts": [known for known in PAGE_TEXTS if known in text],
        "fields": sorted(set(re.findall(r'<input[^>]*name="(\w+)"', text)) - {"submit"}),  # the button's name is free
        "next": value[1] if value else None,
    }


def comparable(answer, sent_headers):
    """The part of an answer that both sides must agree on."""
    sent = dict(pair.strip().partition("=")[::2] for name, value in sent_headers if name == "Cookie"
                for pair in (value if isinstance(value, str) else "").split(";"))
    content_type = answer.header("Content-Type") or ""
    known = {name: answer.header(name) for name in HEADERS}
    for name in SETS:
        known[name] = sorted(part.strip().lower() for part in (answer.header(name) or "").split(",") if part.strip())
    return {
        "status": answer.status,
        **known,
        "Expires": "present" if answer.header("Expires") else None,
        "Set-Cookie": [cookie(text, sent) for text in answer.all("Set-Cookie")],
        "body": page(answer.body) if content_type.startswith("text/html") else answer.body.decode("utf-8", "replace"),
    }


def differences(theirs, ours):
    """One line for each disagreement."""
    return [f"{name}: Django {theirs[name]!r}, Hallpass {ours[name]!r}"
            for name in theirs if theirs[name] != ours[name]]
