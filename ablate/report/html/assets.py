"""The style and the script of a page, and the policy that lets in these two and nothing else."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from ablate.report.html.markup import Html, element


@cache
def style() -> Html:
    """The style sheet as an element."""
    return Html(f"<style>{_read('page.css')}</style>")


@cache
def script() -> Html:
    """The script as an element."""
    return Html(f"<script>{_read('page.js')}</script>")


@cache
def policy() -> Html:
    """The content security policy: nothing is loaded, nothing runs but what the page came with."""
    rules = [
        "default-src 'none'",
        "img-src data:",
        f"style-src '{_hash('page.css')}'",
        f"script-src '{_hash('page.js')}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return element("meta", http_equiv="Content-Security-Policy", content="; ".join(rules))


def _read(name: str) -> str:
    return files("ablate.report.html").joinpath(name).read_text(encoding="utf-8")


def _hash(name: str) -> str:
    digest = hashlib.sha256(_read(name).encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
