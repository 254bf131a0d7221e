"""Any text as LaTeX that shows it as it is."""

from __future__ import annotations

import re
import unicodedata

from ablate.report.plain import one_line

#: Where a line may be broken within a word; text from outside has none.
BREAK = "\u200b"

_CHARACTERS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "_": r"\_",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "−": "$-$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≈": r"$\approx$",
    "→": r"$\rightarrow$",
    "∞": r"$\infty$",
    "✓": r"\checkmark{}",
    "✔": r"\checkmark{}",
    "✗": r"$\times$",
    "✘": r"$\times$",
    BREAK: r"\hspace{0pt}",
}
_SPECIAL = re.compile(
    r"(?P<minus>(?<![\w.)\]-])-(?=\.?\d))"
    r"|(?P<pair>-(?=-)|'(?=['\"])|,(?=,))"  # a font would draw the two as one: a dash, a quotation mark
    r'|(?P<opening>(?<![^\s(\[{/=])")'
    r'|(?P<closing>")'
    rf"|(?P<character>[{re.escape(''.join(_CHARACTERS))}])"
)
#: Parts of a word that may stand on lines of their own.
_PART = re.compile(r"[^\s_/.,=:;+-]{1,24}[_/.,=:;+-]*|[_/.,=:;+-]+")
_LONG_WORD = re.compile(r"\S{25,}")
#: At the start of a cell these would belong to the end of the row above.
_ARGUMENT = ("[", "*")


def latex_text(text: str, *, breakable: bool = False) -> str:
    r"""Text on one line, for a paragraph or a caption; ``breakable`` lets long words go on in the next line.

    >>> print(latex_text("num_convs & 100 % of -0.30 ± 0.05"))
    num\_convs \& 100 \% of $-$0.30 $\pm$ 0.05
    >>> print(latex_text('"-" means --set'))
    ``-'' means -{}-set
    """
    line = unicodedata.normalize("NFC", one_line(text))
    if breakable:
        line = _LONG_WORD.sub(lambda word: BREAK.join(_PART.findall(word[0])), line)
    return _SPECIAL.sub(_replaced, line)


def latex_cell(text: str, *, bold: bool = False, breakable: bool = False) -> str:
    r"""Text for the cell of a table.

    >>> print(latex_cell("[192, 12]"), latex_cell("96.00 ± 1.00", bold=True))
    {}[192, 12] \textbf{96.00 $\pm$ 1.00}
    """
    shown = latex_text(text, breakable=breakable)
    if bold:
        return rf"\textbf{{{shown}}}"
    return f"{{}}{shown}" if shown.startswith(_ARGUMENT) else shown


def needs_unicode(text: str) -> bool:
    """Whether there are letters that pdfTeX does not know by itself: Greek, Cyrillic, Chinese, symbols."""
    return any(char > "\u017f" and not "\u2010" <= char <= "\u2026" for char in text)


def _replaced(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "minus":
            return "$-$"
        case "pair":
            return f"{found[0]}{{}}"
        case "opening":
            return "``"
        case "closing":
            return "''"
        case _:
            return _CHARACTERS[found[0]]
