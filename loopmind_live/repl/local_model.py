"""A causal language model of transformers, run in a worker process, never in the performer."""

from typing import Any

from loopmind_live.errors import ConfigError

MAX_NEW_TOKENS = 160
_LOADED: dict[str, Any] = {}
"""The worker's one model: its jobs are functions, so it has no other place."""


def load(name: str) -> None:
    """Load the model called `name`, or in this folder; code that comes with it is never run."""
    try:
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as error:
        raise ConfigError(
            f"{name}: needs transformers: pip install 'loopmind-live[ai]', or name an address"
        ) from error
    try:
        _LOADED["tokenizer"] = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
        model: Any = AutoModelForCausalLM.from_pretrained(
            name, trust_remote_code=False, use_safetensors=True
        )
        _LOADED["model"] = model.eval()
    except (OSError, ValueError) as error:
        raise ConfigError(f"{name}: is no language model that can be loaded ({error})") from error


def complete(prompt: str) -> str:
    """Return what the model writes after `prompt`, greedily, as text."""
    import torch

    tokenizer, model = _LOADED["tokenizer"], _LOADED["model"]
    tokens = tokenizer(prompt, return_tensors="pt", truncation=True, max_length=1024)
    with torch.inference_mode():
        written = model.generate(
            **tokens, max_new_tokens=MAX_NEW_TOKENS, do_sample=False,
            pad_token_id=tokenizer.eos_token_id,
        )  # fmt: skip
    after = tokens["input_ids"].shape[1]
    return str(tokenizer.decode(written[0][after:], skip_special_tokens=True))
