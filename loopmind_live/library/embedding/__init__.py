"""Makers of embeddings: vectors that lie near each other where sounds are alike."""

from loopmind_live.library.embedding.base import DSP, EmbeddingMaker, pack, unit, unpack
from loopmind_live.library.embedding.choice import maker_named

__all__ = ["DSP", "EmbeddingMaker", "maker_named", "pack", "unit", "unpack"]
