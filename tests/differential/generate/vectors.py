"""Recorded oddities as raw material: `tests/vectors` knows many that chance would not find."""
import base64
import json
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "vectors"


@cache
def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def header(entry):
    return base64.b64decode(entry["header_base64"]).decode("latin-1")


@cache
def authorization():
    """Values of `Authorization`, most of them malformed."""
    found = load("auth_headers")
    return sorted({header(entry) for kind in ("basic", "token", "keyword_override") for entry in found[kind]})


@cache
def accept():
    return sorted({entry["accept"] for entry in load("negotiation")["accept"] if entry["accept"] is not None})


@cache
def media_types():
    return sorted({entry["header"] for entry in load("negotiation")["media_types"]})


@cache
def targets():
    """Values of `next`, safe and unsafe."""
    return sorted({entry["url"] for entry in load("safe_redirects")["verdicts"] if entry["url"]})


@cache
def json_texts():
    return sorted({entry["text"] for entry in load("json_errors")["cases"] if "text" in entry})


@cache
def cookies():
    return sorted({entry["cookie"] for entry in load("cookies")["parse"]})


@cache
def hosts():
    return sorted({entry["host"] for entry in load("csrf")["host_headers"]})


@cache
def origins():
    return sorted({entry["origin"] for entry in load("csrf")["origins"] if entry["origin"] is not None})


@cache
def referers():
    return sorted({entry["referer"] for entry in load("csrf")["referers"] if entry["referer"] is not None})
