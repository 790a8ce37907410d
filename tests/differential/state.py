"""What one side of the comparison has handed out: cookies, tokens and secrets that its server chose by chance.

A step names such values by their role, `<<cookie:JAR:sessionid>>`, and each side fills in its own. Going back, each
value gets a name when it is first seen, `session#12`; equal names on both sides mean the same history."""
import re

from .csrf_token import LETTERS, MASKED, mask, unmask

ROLE = re.compile(r"<<(\w+):([^<>:]*)(?::([^<>]*))?>>")
TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")
# The answers whose one value is chance, indented or not.
TOKEN_BODY = re.compile(r'\{\s*"(token|csrfToken)": ?"([^"]*)"\s*\}')
FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken"[^>]*value="([a-zA-Z0-9]{64})"')


class State:
    """Jars of cookies, tokens seen, and the names of values."""

    def __init__(self, literals, generation):
        self.jars = {}
        self.tokens = {}
        self.form_tokens = {}
        self.names = {}
        self.literals = set(literals)
        self.generation = generation
        self.step = 0

    # What is sent

    def fill(self, text):
        """The text with every role replaced by this side's value."""
        return ROLE.sub(self._value, text) if "<<" in text else text

    def _value(self, match):
        kind, first, second = match.groups()
        if kind == "cookie":
            return self.jars.get(first, {}).get(second, "nothing")
        if kind == "csrf":
            return self.form_tokens.get(first, "nothing")
        if kind == "mask":
            secret = unmask(self.jars.get(first, {}).get("csrftoken", ""))
            usable = len(secret) == 32 and all(letter in LETTERS for letter in secret)
            return mask(secret, second) if usable else "nothing"
        if kind == "token":
            return self.tokens.get(first, "nothing").encode("utf-8").decode("latin-1")
        if kind == "nonce":
            return f"{first}g{self.generation}"
        raise ValueError(f"unknown role {match[0]}")

    def set_jar(self, jar, cookies):
        self.jars[jar] = dict(cookies)
        self.know(cookies.values())

    def know(self, values):
        """Values that the request chose are no chance, nor is a secret that follows from them."""
        for value in values:
            self.literals.update((value, unmask(value)))

    def cookie_header(self, jar):
        return "; ".join(f"{name}={value}" for name, value in self.jars.get(jar, {}).items())

    # What comes back

    def name(self, kind, value):
        if value in self.literals:
            return value
        return self.names.setdefault(value, f"{kind}#{self.step}")

    def named_text(self, text):
        """A body with tokens replaced by their names."""
        return TOKEN.sub(lambda match: self.names.get(match[0], match[0]), text)

    def take(self, jar, response, capture):
        """Keeps what the answer handed out: in the jar its cookies and a form's token, by itself a token of the API."""
        for line in response.all("set-cookie") if jar else ():
            name, _, rest = line.partition("=")
            value = rest.split(";", 1)[0]
            cookies = self.jars.setdefault(jar, {})
            if "max-age=0" in line.lower():
                cookies.pop(name, None)
            else:
                cookies[name] = value
        text = response.body.decode("utf-8", "replace")
        form, found = FORM_TOKEN.search(text), TOKEN_BODY.fullmatch(text)
        if form:
            self.form_tokens[jar] = form[1]
        if found and found[1] == "csrfToken":
            self.form_tokens[jar] = found[2]
        elif found and capture:
            self.tokens[capture] = found[2]

    def secret_name(self, token):
        """The name of the secret behind a masked token."""
        return self.name("csrf", unmask(token)) if MASKED.fullmatch(token) else token
