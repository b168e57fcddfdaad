"""Formulas as people write them: ``(net sales - cost) / net sales``, ``loan_balance divided by units``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from daemon.compiler.formula import FUNCTIONS, FormulaError, Node, names, parse
from daemon.compiler.formula.tree import Binary, Call, Name, Negative, Number
from daemon.core.naming import identifier
from daemon.planning.numbers import read_digits

_TOKEN = re.compile(
    r"(?P<number>(?:\d+(?:[.,]\d+)*|\.\d+)(?:\s?%)?)(?![\w])|(?P<word>[^\W\d][\w.]*(?:(?<=\w)'s)?)|(?P<operator>\*\*|//|[-+*/()])"
    r"|(?P<comma>,)|(?P<space>\s+)"
)
_WORD_OPERATORS = (
    (r"\bdivided by\b", " / "),
    (r"\bmultiplied by\b", " * "),
    (r"\btimes\b", " * "),
    (r"\bminus\b", " - "),
    (r"\bless\b(?! than)", " - "),
    (r"\bplus\b", " + "),
    (r"\bover\b", " / "),
)
_ARTICLES = {"the", "its", "their", "our"}
_NAME_WORDS = 6


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula over ``phrases``: the request's words by the name used for them."""

    formula: str
    phrases: dict[str, str]
    assumptions: tuple[str, ...] = ()


Resolver = Callable[[str], str | None]
"""The name by which a formula calls a phrase of the request; None when the phrase stands for nothing."""


def read_expression(text: str, resolve: Resolver) -> Expression | None:
    """The formula ``text`` says, if every part of it is an operator, a number or a known figure; else None.

    A single figure without any operator is no formula.
    """
    plain = text
    for pattern, operator in _WORD_OPERATORS:
        plain = re.sub(pattern, operator, plain)
    pieces = _pieces(plain, resolve)
    if pieces is None:
        return None
    formula, phrases, assumptions = pieces
    if not phrases or not re.search(r"[-+*/(]", formula):
        return None
    try:
        tree = parse(formula)
    except FormulaError:
        return None
    return Expression(formula, phrases, assumptions) if names(tree) == set(phrases) else None


def _pieces(text: str, resolve: Resolver) -> tuple[str, dict[str, str], tuple[str, ...]] | None:
    out: list[str] = []
    run: list[str] = []
    phrases: dict[str, str] = {}
    assumptions: list[str] = []

    def flush() -> bool:
        words = [w for i, w in enumerate(run) if i or w not in _ARTICLES]
        if not run:
            return True
        run.clear()
        phrase = " ".join(words)
        name = resolve(phrase) if 0 < len(words) <= _NAME_WORDS else None
        if name is not None:
            phrases[name] = phrase
            out.append(name)
        return name is not None

    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return None
        at = token.end()
        kind = token.lastgroup
        if kind == "word" and not (token["word"] in FUNCTIONS and text[at:].lstrip().startswith("(")):
            run.append(token["word"].rstrip("."))
            continue
        if kind == "space":
            continue
        if not flush():
            return None
        if kind == "number":
            value = _number(token["number"], assumptions)
            if value is None:
                return None
            out.append(value)
        else:
            out.append(token.group())
    return ("".join(_spaced(out)), phrases, tuple(assumptions)) if flush() else None


def _number(written: str, assumptions: list[str]) -> str | None:
    reads = read_digits(written.rstrip("% "))
    if reads is None or reads.other is not None:
        return None
    if reads.assumption:
        assumptions.append(reads.assumption)
    value = reads.value / 100 if written.endswith("%") else reads.value
    return format(value.normalize() if value == value.to_integral_value() else value, "f")


def _spaced(pieces: list[str]) -> list[str]:
    """Operators between two operands get spaces, as formatted code has them."""
    result: list[str] = []
    for index, piece in enumerate(pieces):
        is_binary = piece in {"+", "-", "*", "/", "//", "**"} and index and pieces[index - 1] not in {"(", ",", "+", "-", "*", "/"}
        result.append(f" {piece} " if is_binary else f"{piece} " if piece == "," else piece)
    return result


def rename(formula: str, new: dict[str, str]) -> str:
    """``formula`` with its names replaced; a replacement that is itself a formula is put in parentheses."""

    def replacement(match: re.Match[str]) -> str:
        name = match.group()
        found = new.get(name, name)
        return found if identifier(found) == found or re.fullmatch(r"\w+", found) else f"({found})"

    return re.sub(r"(?<![\w\"'.])[A-Za-z_]\w*(?![\w(])", replacement, formula)


def fraction_text(value: Decimal) -> str:
    """A number as the formula language writes it, without an exponent or needless zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def text_of(node: Node) -> str:
    """A tree of arithmetic over names and numbers as text again."""
    match node:
        case Name(name):
            return name
        case Number(value):
            return fraction_text(value)
        case Negative(operand):
            return f"-({text_of(operand)})"
        case Binary(operator, left, right):
            return f"({text_of(left)} {operator} {text_of(right)})"
        case Call(function, arguments):
            return f"{function}({', '.join(text_of(a) for a in arguments)})"
    raise TypeError(f"no arithmetic: {type(node).__name__}")
