"""What a called agent answered: one table per metric, with its total."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from daemon.cli.render.symbols import Symbols, one_line
from daemon.cli.render.words import points, safe

MOST_ROWS = 500
_GOOD = frozenset({"PASS", "OK", "GOOD", "GREEN", "HEALTHY", "STRONG"})
_BAD = frozenset({"FAIL", "BREACH", "BAD", "RED", "REFUSED"})
_MIDDLING = frozenset({"WARN", "WARNING", "AMBER", "YELLOW", "WEAK", "SMALL", "WATCH"})

Result = dict[str, Any]


def figures_view(answer: Result, symbols: Symbols) -> RenderableType:
    """All results of a call. ``answer`` is the JSON document of ``call --json``."""
    parts: list[RenderableType] = [_head(answer, symbols)]
    for result in answer.get("results") or ():
        shown = _in_percent(result) if result.get("show_as_percent") else result
        parts += [_metric_head(shown), _table(shown, symbols), *_cut(shown)]
    if answer.get("overall"):
        parts += [Text("\noverall", style="bold cyan"), _overall(answer["overall"][:MOST_ROWS])]
    if answer.get("warnings"):
        parts.append(points(answer["warnings"], symbols.warning, "yellow"))
    return Group(*parts)


def _in_percent(result: Result) -> Result:
    """The same result with its fractions shown as percent: 0.7500 as 75.00."""
    rows = [{**row, "value": _percent(row.get("value"))} for row in result.get("rows") or ()]
    total = result.get("total")
    shown = {**total, "value": _percent(total.get("value"))} if isinstance(total, dict) else total
    return {**result, "unit": "percent", "rows": rows, "total": shown}


def _percent(value: str | None) -> str | None:
    return None if value is None else f"{Decimal(value).scaleb(2):f}"


def status_text(status: object) -> Text:
    """A row's status in the colour of its meaning, where the word has one."""
    word = str(status or "").upper()
    style = "green" if word in _GOOD else "bold red" if word in _BAD else "yellow" if word in _MIDDLING else ""
    return safe(status or "", style or ("dim" if word.startswith("N/A") else ""))


def _head(answer: Result, symbols: Symbols) -> Text:
    params = ", ".join(f"{name} = {value}" for name, value in (answer.get("params") or {}).items())
    text = Text.assemble(safe(one_line(str(answer.get("agent"))), "bold"), f"  {symbols.dot} ")
    text.append_text(safe(f"mode {one_line(str(answer.get('mode')))}"))
    return text.append_text(safe(f"  {symbols.dot} {one_line(params)}")) if params else text


def _metric_head(result: Result) -> Text:
    return Text.assemble("\n", safe(result.get("metric"), "bold cyan"), safe(f"  in {result.get('unit')}", "dim"))


def _table(result: Result, symbols: Symbols) -> RenderableType:
    rows = (result.get("rows") or [])[:MOST_ROWS]
    total = result.get("total") if isinstance(result.get("total"), dict) else None
    if not rows:
        return _total_line(total) if total else Text("no rows", style="dim")
    keys = list(rows[0].get("key") or {})
    labelled = any(row.get("label") is not None for row in rows)
    noted = any(_remarks(row) for row in rows)
    table = Table(box=SIMPLE, show_footer=total is not None, header_style="dim", pad_edge=False, padding=(0, 1))
    for number, name in enumerate(keys):
        table.add_column(safe(name), Text("total", style="bold") if number == 0 else "", overflow="fold")
    if labelled:
        table.add_column("label", _coverage(total), overflow="fold")
    value = safe((total or {}).get("value") or symbols.dropped, "bold")
    table.add_column("value", value, justify="right", no_wrap=True)
    table.add_column("status", _by_status(total), overflow="fold")
    if noted:
        table.add_column("remarks", overflow="fold")
    for row in rows:
        cells: list[RenderableType] = [safe((row.get("key") or {}).get(name)) for name in keys]
        cells += [safe(row.get("label") or "")] if labelled else []
        cells += [_value(row, symbols), status_text(row.get("status"))]
        cells += [safe(_remarks(row), "dim")] if noted else []
        table.add_row(*cells)
    return table


def _overall(rows: list[Result]) -> RenderableType:
    """The combined status of rows that have several figures."""
    table = Table(box=SIMPLE, header_style="dim", pad_edge=False, padding=(0, 1))
    for name in [*(rows[0].get("key") or {}), "label", "status"]:
        table.add_column(safe(name), overflow="fold")
    for row in rows:
        key = (safe(value) for value in (row.get("key") or {}).values())
        table.add_row(*key, safe(row.get("label") or ""), status_text(row.get("status")))
    return table


def _value(row: Result, symbols: Symbols) -> Text:
    return safe(symbols.dropped, "dim") if row.get("value") is None else safe(row["value"])


def _remarks(row: Result) -> str:
    return "; ".join(one_line(str(part)) for part in (row.get("reason"), *(row.get("warnings") or ())) if part)


def _coverage(total: Result | None) -> Text:
    if not total:
        return Text("")
    undefined = f", {total['undefined']} undefined" if total.get("undefined") else ""
    return safe(f"{total.get('rows')} rows{undefined}", "dim")


def _by_status(total: Result | None) -> Text:
    counts = (total or {}).get("by_status") or {}
    return Text("\n").join(Text.assemble(f"{count} ", status_text(status)) for status, count in counts.items())


def _total_line(total: Result) -> RenderableType:
    value = safe(total.get("value") if total.get("value") is not None else "undefined", "bold")
    return Text("  ").join([Text("total", style="bold"), value, _coverage(total), *_by_status(total).split("\n")])


def _cut(result: Result) -> list[RenderableType]:
    count = len(result.get("rows") or ())
    return [safe(f"{MOST_ROWS} of {count:,} rows shown; --json gives all", "yellow")] if count > MOST_ROWS else []
