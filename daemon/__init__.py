"""Meta-Agent: a compiler with an LLM front end that turns plain-language requests into tested agents over your database."""

__version__ = "0.1.0"
