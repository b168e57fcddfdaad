"""The formula language: one parser, one typed tree, and what is compiled from it."""

from daemon.compiler.formula.evaluate import Value, evaluate
from daemon.compiler.formula.parse import FUNCTIONS, FormulaError, parse
from daemon.compiler.formula.tree import Node, names, numbers, walk

__all__ = ["FUNCTIONS", "FormulaError", "Node", "Value", "evaluate", "names", "numbers", "parse", "walk"]
