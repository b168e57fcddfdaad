"""Meta-Agent: a compiler with an LLM front end, from plain-language requests to tested agents over your database."""

__version__ = "0.1.0"
