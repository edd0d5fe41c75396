"""Choose a maker of embeddings by its name."""

from loopmind_live.errors import LibraryError
from loopmind_live.library.embedding.base import DSP, EmbeddingMaker

KINDS = (DSP, "clap", "openl3")


def maker_named(name: str) -> EmbeddingMaker:
    """Return the maker that a user's word, or the name kept beside vectors, stands for.

    "dsp", "openl3", "clap", or "clap:" with a model's name on the hub or its folder. Heavy packages
    are loaded here, not before. Raises LibraryError for another word, for a package that is not
    installed and for a model that cannot be loaded.
    """
    kind, _, model = name.partition(":")
    if kind == DSP or name.startswith(f"{DSP}-"):
        from loopmind_live.library.embedding.dsp import DspMaker

        return DspMaker()
    if kind == "clap":
        from loopmind_live.library.embedding.clap import DEFAULT_MODEL, load_clap

        return load_clap(model_of(name) or DEFAULT_MODEL)
    if kind == "openl3" and not model:
        from loopmind_live.library.embedding.openl3 import load_openl3

        return load_openl3()
    raise LibraryError(f"no embedding {name!r}: choose {', '.join(KINDS)}, or clap:MODEL")


def model_of(name: str) -> str:
    """Return the model's name or folder within a maker's name, without its version.

    >>> model_of("clap:laion/clap-htsat-unfused@8fa0f1c6"), model_of("dsp-1")
    ('laion/clap-htsat-unfused', '')
    """
    model = name.partition(":")[2]
    return model.rpartition("@")[0] or model


def knows_text(name: str) -> bool:
    """Return whether the maker of this name places words, without loading it.

    >>> knows_text("clap:laion/clap-htsat-unfused"), knows_text("dsp-1")
    (True, False)
    """
    return name.partition(":")[0] == "clap"
