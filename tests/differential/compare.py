"""What of an answer must be the same on both sides, put into words that do not depend on chance and time."""
import email.utils
import re
import time

from .state import FORM_TOKEN, TOKEN_BODY

HEADERS = ("www-authenticate", "allow", "location", "content-type")
PAGE_TEXTS = (
    "CSRF verification failed",
    "Please enter a correct username and password",
    "This field is required",
    "Ensure this value has at most",
    "Null characters are not allowed",
    "Username:",
    'name="csrfmiddlewaretoken"',
    'name="next"',
)
WAIT = re.compile(r"Expected available in \d+ seconds?\.")
# Ages that the settings and the fixture know; any other counts down to a date.
AGES = ("0", "300", "1209600", "31449600")
PATIENCE = 5  # seconds between an answer and its judgement


def comparable(response, state, step):
    """The answer as a dictionary; equal dictionaries are equal answers."""
    content_type = response.header("content-type") or ""
    clocked = any(name.lower() == "x-test-clock" for name, _ in step["headers"])
    retry = response.header("retry-after")
    seen = {name: response.header(name) for name in HEADERS}
    seen["location"] = seen["location"] and state.named_text(seen["location"])
    return {
        "status": response.status,
        **seen,
        "retry-after": retry if clocked or retry is None else "present",
        "vary": sorted({word.strip().lower() for word in (response.header("vary") or "").split(",") if word.strip()}),
        "set-cookie": [cookie(line, state) for line in response.all("set-cookie")],
        "body": body(response, content_type, state, clocked),
    }


def body(response, content_type, state, clocked):
    text = response.body.decode("utf-8", "backslashreplace")
    if content_type.startswith("text/html") and "<" in text:
        return page(text, state)
    token = TOKEN_BODY.fullmatch(text)
    if token and token[1] == "csrfToken":
        return text.replace(token[2], state.secret_name(token[2]))
    if token:
        return text.replace(token[2], state.name("token", token[2]))
    return state.named_text(text if clocked else WAIT.sub("Expected available in N seconds.", text))


def page(text, state):
    """The known texts of an HTML page, and whose secret its form carries."""
    found = [known for known in PAGE_TEXTS if known in text]
    token = FORM_TOKEN.search(text)
    return [*found, state.secret_name(token[1])] if token else found


def cookie(line, state):
    """A Set-Cookie line with its value named and its date turned into a distance."""
    pair, *attributes = [part.strip() for part in line.split(";")]
    name, _, value = pair.partition("=")
    kind = {"sessionid": "session", "csrftoken": "csrf"}.get(name, "cookie")
    named = value if value in ("", '""') else state.name(kind, value)
    words = dict(part.lower().partition("=")[::2] for part in attributes)
    age = words.get("max-age")
    if age is not None and age not in AGES:
        words["max-age"] = "until a date"
    if "expires" in words:
        words["expires"] = when(words["expires"], age)
    return [f"{name}={named}", sorted(words.items())]


def when(text, age):
    """A cookie's date: `as max-age says`, or the text itself."""
    try:
        moment = email.utils.parsedate_to_datetime(text).timestamp()
    except ValueError:
        return text
    if age and age.isdigit() and age != "0" and abs(moment - time.time() - int(age)) < PATIENCE:
        return "as max-age says"
    return text


def differences(theirs, ours):
    """`[(field, theirs, ours)]` for each disagreement."""
    return [(field, theirs[field], ours.get(field)) for field in theirs if theirs[field] != ours.get(field)]
