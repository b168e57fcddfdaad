"""The development requests with their known answers, and how an agent's answer is compared with them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[1] / "examples"
REQUESTS = EXAMPLES / "requests"
SLACK = Decimal("1e-9")
"""The expected files round to nine decimals."""

STATES = {"build": "succeeded", "build_with_warnings": "succeeded", "clarify": "needs_answer", "refuse": "refused"}
ALTERNATIVES = {"03": ("needs_answer",), "10": ("refused",), "14": ("needs_answer",)}
"""What the expected files call right as well."""

Cell = str | Decimal | int | None


@dataclass(frozen=True, kw_only=True)
class Check:
    """A known answer. A ``negative`` one is a trap: this value must not be the answer."""

    what: str
    expected: Any
    tolerance: Decimal
    mode: str
    negative: bool
    optional: bool
    condition: str
    """An answer of the user or a scenario that it depends on; empty when it holds as it is."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One request and what a correct system does with it."""

    number: str
    file: Path
    outcome: str
    database: str
    first: str
    """Number of the request that is run before it in the same workspace, if any."""
    checks: tuple[Check, ...]

    @property
    def states(self) -> frozenset[str]:
        """States a request may end in when it was understood."""
        return frozenset({STATES[self.outcome], *ALTERNATIVES.get(self.number, ())})


def case(number: str) -> Case:
    """The case of that number."""
    answer = next(REQUESTS.glob(f"{number}-*.expected.json"))
    data = json.loads(answer.read_text(encoding="utf-8"), parse_float=Decimal)
    checks = data["checks"]
    if isinstance(checks, str):  # "same as NN"
        checks = json.loads(
            next(REQUESTS.glob(f"{checks[-2:]}-*.expected.json")).read_text(encoding="utf-8"), parse_float=Decimal
        )["checks"]
    stem = answer.name.removesuffix(".expected.json")
    return Case(
        number=number,
        file=next(f for f in REQUESTS.glob(f"{stem}.*") if f.suffix in {".md", ".toml"}),
        outcome=data["outcome"],
        database=data["database"]["name"],
        first={"13": "04", "14": "03"}.get(number, ""),
        checks=tuple(_check(c) for c in checks),
    )


def _check(data: dict[str, Any]) -> Check:
    return Check(
        what=data["what"],
        expected=data["expected"],
        tolerance=Decimal(data["abs_tolerance"]),
        mode=data.get("mode", ""),
        negative=data.get("negative", False),
        optional=data.get("optional", False),
        condition=data.get("if_answer", data.get("scenario", "")),
    )


@dataclass(frozen=True)
class Figures:
    """What ``meta-agent call AGENT --all --json`` printed."""

    document: dict[str, Any]

    def result(self, metric: str = "") -> dict[str, Any]:
        """The result of a metric; without a name, of the only one."""
        results: list[dict[str, Any]] = self.document["results"]
        if not metric:
            (only,) = results
            return only
        return next(r for r in results if r["metric"] == metric)

    def rows(self, metric: str = "") -> dict[Cell, dict[str, Any]]:
        """Rows by the value of their (single) key column."""
        return {next(iter(row["key"].values())): row for row in self.result(metric)["rows"]}

    def exact(self, metric: str = "", times: int = 1) -> dict[Cell, Cell]:
        """Unrounded values by key; None needs a reason."""
        found: dict[Cell, Cell] = {}
        for key, row in self.rows(metric).items():
            assert (row["exact"] is None) == bool(row["reason"]), f"{key} has no value and no reason, or both"
            found[key] = None if row["exact"] is None else Decimal(row["exact"]) * times
        return found

    def shown(self, metric: str = "") -> dict[Cell, Cell]:
        """Rounded values by key."""
        return {k: None if r["value"] is None else Decimal(r["value"]) for k, r in self.rows(metric).items()}

    def status(self, metric: str = "") -> dict[Cell, Cell]:
        """Statuses by key; any wording for a missing value counts as N/A, if the reason is given."""
        return {k: "N/A" if r["value"] is None and r["reason"] else r["status"] for k, r in self.rows(metric).items()}

    def worst(self, order: Sequence[str], *metrics: str) -> dict[Cell, Cell]:
        """The worst status of several metrics by key."""
        found = [self.status(m) for m in metrics]
        return {k: min((s[k] for s in found), key=lambda s: order.index(str(s))) for k in found[0]}

    def total(self, metric: str = "") -> Decimal:
        """The unrounded total."""
        return Decimal(self.result(metric)["total"]["exact"])


def table(*columns: dict[Cell, Cell]) -> list[list[Cell]]:
    """Rows of key and columns, by key."""
    return [[key, *(column[key] for column in columns)] for key in sorted(columns[0], key=str)]


def counts(values: Iterable[Cell], *wanted: str) -> list[list[Cell]]:
    """How often each wanted value occurs, as one row."""
    listed = list(values)
    return [[listed.count(value) for value in wanted]]


LIMITS = ("BREACH", "OK", "N/A")
READINGS: dict[tuple[str, str], Callable[[Figures], object]] = {
    ("dscr", "DSCR of property 5"): lambda f: f.exact("dscr")[5],
    ("dscr", "DSCR per property"): lambda f: table(f.exact("dscr")),
    ("dscr", "status per property"): lambda f: table(f.status("dscr")),
    ("dscr", "how many PASS, FAIL, N/A"): lambda f: counts(f.status("dscr").values(), "PASS", "FAIL", "N/A"),
    ("dscr", "property 2 is 1.2468"): lambda f: [[f.shown("dscr")[2], f.status("dscr")[2]]],
    ("dscr", "DSCR of all properties"): lambda f: f.total("dscr"),
    ("dscr", "mean of the single ratios"): lambda f: f.total("dscr"),
    ("dscr", "property 5 after integer division"): lambda f: f.exact("dscr")[5],
    ("dscr", "haircut on the debt service"): lambda f: f.exact("dscr")[5],
    ("dscr", "stress with the wrong sign"): lambda f: f.exact("dscr")[5],
    ("dscr", "the number of 03"): lambda f: f.exact("dscr")[5],
    ("ltv", "LTV and debt yield per property"): lambda f: table(f.exact("ltv"), f.exact("debt_yield")),
    ("ltv", "status per property"): lambda f: table(f.worst(LIMITS, "ltv", "debt_yield")),
    ("ltv", "property 2 is exactly at"): lambda f: table(
        f.exact("ltv", 100), f.exact("debt_yield", 100), f.worst(LIMITS, "ltv", "debt_yield")
    ),
    ("ltv", "portfolio LTV"): lambda f: f.total("ltv"),
    ("ltv", "portfolio debt yield"): lambda f: f.total("debt_yield"),
    ("ltv", "mean of the LTVs"): lambda f: f.total("ltv"),
    ("ltv", "breaches after integer"): lambda f: list(f.status("ltv").values()).count("BREACH"),
    ("debt-per-unit", "debt per unit, not rounded"): lambda f: table(f.exact()),
    ("debt-per-unit", "debt per unit, whole dollars"): lambda f: table(f.shown()),
    ("debt-per-unit", "properties with a warning"): lambda f: [
        [k] for k, s in sorted(f.status().items(), key=str) if s not in {"OK", "PASS"}
    ],
    ("average-price", "suppliers above 40"): lambda f: [
        [k, f.exact()[k]] for k, s in sorted(f.status().items(), key=str) if s not in {"OK", "PASS"}
    ],
    ("square-foot", "NOI per unit, property 5"): lambda f: f.exact()[5],
}
"""Where the agent's answer says what a check is about: kind of request and beginning of the check's text."""


def reading(case: Case, check: Check) -> Callable[[Figures], object] | None:
    """How a check's value is read off the agent's answer; None when nobody wrote that down yet."""
    fitting = [r for (kind, start), r in READINGS.items() if kind in case.file.stem and check.what.startswith(start)]
    return fitting[0] if fitting else None


def agrees(found: object, check: Check) -> bool:
    """Whether an answer is the known one; keys the expected file leaves out do not count where it says so."""
    expected = check.expected
    if isinstance(expected, list) and isinstance(found, list) and len(expected[0]) > 1 and _partial(check.what):
        keys = {row[0] for row in expected}
        found = [row for row in found if row[0] in keys]
    if isinstance(expected, list) and isinstance(found, list):
        by_key = sorted(expected, key=lambda row: str(row[0]))
        found = sorted(found, key=lambda row: str(row[0]))
        return len(by_key) == len(found) and all(
            len(e) == len(f) and all(_equal(*pair, check.tolerance) for pair in zip(e, f, strict=True))
            for e, f in zip(by_key, found, strict=True)
        )
    return _equal(expected, found, check.tolerance)


def _partial(what: str) -> bool:
    return "left out" in what or what.startswith("property 2 is exactly")


def _equal(expected: object, found: object, tolerance: Decimal) -> bool:
    if isinstance(expected, int | Decimal) and isinstance(found, int | Decimal):
        return bool(abs(Decimal(expected) - Decimal(found)) <= tolerance + SLACK)
    return expected == found


def mode_named(spec: Path, wanted: str) -> str:
    """The spec's name of a mode: ``stressed`` may be called ``stress_15``."""
    modes = [mode["name"] for mode in tomllib.loads(spec.read_text(encoding="utf-8"))["modes"]]
    return next((m for m in modes if m == (wanted or "standard")), "") or next(m for m in modes if m[:6] == wanted[:6])
