"""Whether a model server answers, and which models it offers."""

from __future__ import annotations

from urllib.parse import urlsplit

from daemon.core.config import LlmSettings
from daemon.core.errors import LlmUnavailable

PATIENCE_SECONDS = 2.0


def offered_models(settings: LlmSettings) -> tuple[str, ...]:
    """Names of the models of the server, in its order. Proxies are not asked: the server is on this machine.

    Raises ``LlmUnavailable`` when it does not answer in ``PATIENCE_SECONDS``, or refuses. An answer's body is not
    shown: servers quote the key in it.
    """
    import openai

    address = shown_address(settings.base_url)
    client = openai.OpenAI(
        base_url=settings.base_url,
        api_key=settings.api_key.get_secret_value(),
        max_retries=0,
        timeout=PATIENCE_SECONDS,
        http_client=openai.DefaultHttpxClient(trust_env=False, timeout=PATIENCE_SECONDS),
    )
    with client:
        try:
            page = client.models.list()
            if "data" not in page.model_fields_set:  # LM Studio reports a wrong address with HTTP status 200
                raise ValueError("no data")
            return tuple(model.id for model in page.data)
        except openai.APIConnectionError as problem:
            raise LlmUnavailable(
                f"no model server answers at {address}",
                hint="start one (LM Studio: 'lms server start'), or set LLM_BASE_URL",
            ) from problem
        except openai.APIStatusError as problem:
            hint = "set LLM_API_KEY" if problem.status_code == 401 else "is LLM_BASE_URL an OpenAI-compatible address?"
            raise LlmUnavailable(f"{address} answers with HTTP status {problem.status_code}", hint=hint) from problem
        except (openai.OpenAIError, TypeError, ValueError, AttributeError) as problem:
            raise LlmUnavailable(
                f"what {address} answers is no list of models", hint="LLM_BASE_URL usually ends in /v1"
            ) from problem


def shown_address(url: str) -> str:
    """The address of a server without user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
