"""Formulas as people write them: ``(net sales - cost) / net sales``, ``loan_balance divided by units``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
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
    reader = _Reader(resolve)
    if not reader.read(plain):
        return None
    formula, phrases, assumptions = reader.formula, reader.phrases, tuple(reader.assumptions)
    if not phrases or not re.search(r"[-+*/(]", formula):
        return None
    try:
        tree = parse(formula)
    except FormulaError:
        return None
    return Expression(formula, phrases, assumptions) if names(tree) == set(phrases) else None


@dataclass(slots=True)
class _Reader:
    """Reads a formula piece by piece; words that follow each other are one name."""

    resolve: Resolver
    pieces: list[str] = field(default_factory=list)
    phrases: dict[str, str] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)
    _run: list[str] = field(default_factory=list)
    _percentages: list[int] = field(default_factory=list)

    @property
    def formula(self) -> str:
        """The formula, with spaces where formatted code has them."""
        return "".join(_spaced(self.pieces))

    def read(self, text: str) -> bool:
        """Whether every part of ``text`` is known."""
        at = 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is None or not self._take(token, text[token.end() :].lstrip()):
                return False
            at = token.end()
        return self._end_name() and not any(self._is_added(i) for i in self._percentages)

    def _take(self, token: re.Match[str], rest: str) -> bool:
        kind, text = token.lastgroup, token.group()
        if kind == "space":
            return True
        if kind == "word" and not (text in FUNCTIONS and rest.startswith("(")):
            self._run.append(text.rstrip("."))
            return True
        if not self._end_name():
            return False
        return self._number(text) if kind == "number" else self._add(text)

    def _add(self, piece: str) -> bool:
        self.pieces.append(piece)
        return True

    def _end_name(self) -> bool:
        if not self._run:
            return True
        words = [w for i, w in enumerate(self._run) if i or w not in _ARTICLES]
        self._run.clear()
        phrase = " ".join(words)
        name = self.resolve(phrase) if 0 < len(words) <= _NAME_WORDS else None
        if name is None or self.phrases.setdefault(name, phrase) != phrase:
            return False
        return self._add(name)

    def _number(self, written: str) -> bool:
        reads = read_digits(written.rstrip("% "))
        if reads is None or reads.other is not None:
            return False
        if reads.assumption:
            self.assumptions.append(reads.assumption)
        if written.endswith("%"):
            self._percentages.append(len(self.pieces))
        value = reads.value / 100 if written.endswith("%") else reads.value
        return self._add(fraction_text(value))

    def _is_added(self, index: int) -> bool:
        """``x - 10%``: ten percent of what? Only a product says so."""
        return bool({"+", "-"} & set(self.pieces[max(index - 1, 0) : index + 2]))


def _spaced(pieces: list[str]) -> list[str]:
    result: list[str] = []
    for index, piece in enumerate(pieces):
        before = pieces[index - 1] if index else "("
        if piece in {"+", "-", "*", "/", "//", "**"} and before not in {"(", ",", "+", "-", "*", "/"}:
            result.append(f" {piece} ")
        else:
            result.append(f"{piece} " if piece == "," else piece)
    return result


def rename(formula: str, new: dict[str, str]) -> str:
    """``formula`` with its names replaced; a replacement that is itself a formula is put in parentheses."""
    if formula in new:
        return new[formula]

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
