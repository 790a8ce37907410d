"""Bodies: fields in one of three encodings, whole or broken, and the Content-Type that goes with them or does not."""
import json
from urllib.parse import quote_plus

from . import odd, vectors
from .world import as_bytes

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "BoUnDaRy"
OTHER_TYPES = (
    "text/plain", "", "application/xml", "application/vnd.api+json", "*/*", "application/*", "*/json",
    "application/json;",
    "application/json; charset=utf-8", "Application/JSON", "application/json; charset=latin-1", "multipart/form-data",
    "multipart/form-data; boundary=", "multipart/form-data; boundary=other", f"{FORM}; charset=utf-8",
    f"{FORM}; charset=ISO-8859-1", "text/html", "application/json , text/plain", "json", "multipart/mixed; boundary=x",
)


def fields_body(world, fields):
    """`(content type, body)` of the fields, encoded well."""
    return world.weighted(((3, json_body), (3, form_body), (2, multipart_body)))(fields)


def json_body(fields):
    return "application/json", as_bytes(json.dumps(fields, ensure_ascii=False))


def ascii_json_body(fields):
    return "application/json", json.dumps(fields)


def form_body(fields):
    return FORM, "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs(fields))


def quote(text):
    return quote_plus(text.encode("utf-8", "surrogatepass"))


def roles(body):
    """Percent-encoded roles as the state knows them."""
    return body.replace("%3C%3C", "<<").replace("%3E%3E", ">>").replace("%3A", ":")


def multipart_body(fields):
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{as_bytes(name)}"\r\n\r\n{as_bytes(value)}\r\n'
             for name, value in pairs(fields)]
    return f"multipart/form-data; boundary={BOUNDARY}", "".join(parts) + f"--{BOUNDARY}--\r\n"


def pairs(fields):
    return [(str(name), value if isinstance(value, str) else json.dumps(value)) for name, value in fields.items()]


def body(world, fields):
    """`(content type or None, body)`: mostly right, now and then odd in one of many ways."""
    return world.pick(
        (60, lambda: fields_body(world, fields)),
        (8, lambda: odd_fields(world, fields)),
        (5, lambda: ("application/json", as_bytes(world.one(vectors.json_texts())))),
        (3, lambda: ("application/json", json.dumps(odd.value(world)))),
        (3, lambda: raw_json(world)),
        (3, lambda: broken(world, fields)),
        (4, lambda: (world.one(OTHER_TYPES), fields_body(world, fields)[1])),
        (1, lambda: (world.one(vectors.media_types()), fields_body(world, fields)[1])),
        (3, lambda: (fields_body(world, fields)[0], "")),
        (2, lambda: (None, world.pick((1, ""), (1, lambda: fields_body(world, fields)[1])))),
        (3, lambda: (FORM, raw_form(world, fields))),
        (2, lambda: (f"multipart/form-data; boundary={BOUNDARY}", raw_multipart(world, fields))),
    )


def odd_fields(world, fields):
    """The fields with one of them missing, replaced or doubled."""
    changed = dict(fields)
    name = world.one(list(fields) or ["x"])
    what = world.pick((2, "missing"), (4, "replaced"), (1, "more"))
    if what == "missing":
        changed.pop(name, None)
    else:
        changed[name if what == "replaced" else odd.text(world)] = odd.value(world)
    return ascii_json_body(changed) if world.maybe(0.5) else fields_body(world, safe(changed))


def safe(fields):
    """Without lone surrogates, which no encoding but escaped JSON can carry."""
    return json.loads(json.dumps(fields).replace("\\ud800", "?").replace("\\udfff", "?"))


def raw_json(world):
    return "application/json", world.one((
        "[" * 500 + "]" * 500, '{"a":' * 400 + "1" + "}" * 400, '{"username":"a","username":"alice"}', "\xef\xbb\xbf{}",
        '{"name":"\\ud800"}', '{"name":"\\u0000"}', '{"text":1e400}', '{"name":NaN}', "\xff\xfe", '{"name":"\xc3\x28"}',
        "[1,2", '"text"', "12", "true", "null", "[]", "[{}]", "{}x", " {} ", "\x00", '{"name":"a\tb"}', "-", "1.",
        "{'a':1}", '{"name":1.10}', '{"name":123456789012345678901234567890}', '{"text":1e22}', '{"text":-0.0}',
        '{"name":true}',
        '{"name":"\\ud83d\\ude00"}', '{"username":12345,"password":67890}', '{"name":["a"]}', '{"text":{"a":1}}',
        '{"name":null}',
        '{"name":"a","name":"b"}', '{"text":"\\u001f x \\u001f"}', '{"name":" x "}', '{"name":"   "}',
        '{"text":1.0E+2}', '{"id":7,"name":"seven"}', "0" * 5000, "9" * 4000,
    ))


def broken(world, fields):
    """A good body cut short or with a byte changed."""
    kind, whole = fields_body(world, fields)
    if not whole:
        return kind, whole
    place = world.chance.randrange(len(whole))
    if world.maybe(0.5):
        return kind, whole[:place]
    return kind, whole[:place] + world.one(["\xff", "\x00", "%", "&", '"', "{", "\x80", "\n"]) + whole[place + 1:]


def raw_form(world, fields):
    whole = form_body(safe(fields))[1]
    return world.one((
        whole + "&" + whole, "&&" + whole + "&", whole + ";x=1", whole.replace("%", "%25"), whole + "&%zz=%",
        whole + "&a",
        whole.replace("+", " "), "=" + whole, whole + "&name=%FF%FE", "\xff=" + whole,
        "&".join(f"f{n}=1" for n in range(1001)),
        "&".join(f"f{n}=1" for n in range(999)), whole + "&text=" + "x" * 3000, whole + "\r\n",
    ))


def raw_multipart(world, fields):
    whole = multipart_body(safe(fields))[1]
    return world.one((
        whole.replace("\r\n", "\n"), "preamble\r\n" + whole, whole + "epilogue", whole[:-4], "", "garbage",
        whole.replace('"', ""), whole.replace("form-data", "file"), whole.replace("name=", "filename=\"a.txt\"; name="),
        whole.replace("\r\n\r\n", "\r\nContent-Type: text/plain; charset=latin-1\r\n\r\n"), whole * 2,
        whole.replace("\r\n\r\n", "\r\nContent-Transfer-Encoding: base64\r\n\r\n"), f"--{BOUNDARY}--\r\n",
        whole.replace("Content-Disposition", "content-disposition"), whole.replace("; name", ";name"),
    ))
