"""What the generator believes about the state that its steps have made so far, and how it throws its dice.

A belief that is wrong makes a duller request, never a wrong verdict: both sides get the same steps."""
from .. import people


class World:
    """The dice, the passwords as they should be by now, and the jars that exist."""

    def __init__(self, chance, number):
        self.chance = chance
        self.number = number
        self.passwords = {person.id: person.password for person in people.PEOPLE}
        self.tokens = {person.id: person.token for person in people.PEOPLE}
        self.jars = {}  # name -> id of the user who is believed to be logged in, or None
        self.steps = []
        # The person of this episode: whoever asks for their own things must come often.
        self.focus = self.person()

    def maybe(self, probability):
        return self.chance.random() < probability

    def pick(self, *options):
        """One of `(weight, value)`; a value that can be called is called."""
        value = self.weighted(options)
        return value() if callable(value) else value

    def weighted(self, options):
        """One of `(weight, value)`, as it is."""
        return self.chance.choices([value for _, value in options], [weight for weight, _ in options])[0]

    def one(self, values):
        return self.chance.choice(values)

    def person(self, usable=True):
        """Somebody; mostly one whose password can be right."""
        if self.steps and self.maybe(0.35):
            return self.focus
        while True:
            person = self.one(people.PEOPLE)
            if not usable or self.passwords[person.id] is not None or self.maybe(0.1):
                return person

    def jar(self):
        """A jar of this episode, or a new one with a session of the fixture or nothing in it."""
        if self.jars and self.maybe(0.8):
            return self.one(list(self.jars))
        return self.new_jar(*self.pick((5, self.live_session), (4, (None, None)), (3, self.any_session)))

    def new_jar(self, session=None, user=None):
        name = f"jar{len(self.jars)}"
        cookies = {}
        if session:
            cookies["sessionid"] = people.SESSION_KEYS[session]
        if self.maybe(0.7):
            cookies["csrftoken"] = self.one(SECRETS)
        self.jars[name] = user
        self.steps.append({"do": "jar", "jar": name, "cookies": cookies})
        return name

    def live_session(self):
        name = self.one([name for name, (user, unusual) in people.SESSIONS.items() if user and not unusual])
        return name, people.OWNERS[name]

    def any_session(self):
        name = self.one(list(people.SESSION_KEYS))
        return name, None

    def send(self, method, target, headers=(), body="", jar=None, view=None, capture=None):
        self.steps.append({
            "do": "send", "view": view or target.split("?")[0], "method": method, "target": clean(target),
            "headers": [[name, clean(value)] for name, value in headers], "body": latin(body), "jar": jar,
            "capture": capture,
        })


SECRETS = ("abcdefghijklmnopqrstuvwxyzABCDEF", "0123456789ABCDEFGHIJKLMNOPQRSTUV", "Z" * 32)


def clean(value):
    """A header value, or a target, without what no server takes in one: control characters."""
    return "".join(letter for letter in latin(value) if letter == "\t" or 32 <= ord(letter) < 127 or ord(letter) > 127)


def latin(text):
    """Text that already stands for bytes as it is, other text in UTF-8."""
    return text if all(ord(letter) < 256 for letter in text) else as_bytes(text)


def as_bytes(text):
    """Text in UTF-8, as latin-1 shows it."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")
