"""A tiny GPT-2 of random weights, whose answers mean nothing but are always the same."""

import numpy as np

from loopmind_live.arranger.structure.memory import ROWS
from loopmind_live.arranger.structure.model import Network, network_of
from loopmind_live.arranger.structure.telling import Gpt2Structure


def tiny_tensors(
    seed: int, width: int = 8, layers: int = 2, rows: int = ROWS, positions: int = 96
) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = {"wte.weight": (rows, width), "wpe.weight": (positions, width)}
    for i in range(layers):
        shapes |= {
            f"h.{i}.ln_1.weight": (width,), f"h.{i}.ln_1.bias": (width,),
            f"h.{i}.attn.c_attn.weight": (width, 3 * width),
            f"h.{i}.attn.c_attn.bias": (3 * width,),
            f"h.{i}.attn.c_proj.weight": (width, width), f"h.{i}.attn.c_proj.bias": (width,),
            f"h.{i}.ln_2.weight": (width,), f"h.{i}.ln_2.bias": (width,),
            f"h.{i}.mlp.c_fc.weight": (width, 4 * width), f"h.{i}.mlp.c_fc.bias": (4 * width,),
            f"h.{i}.mlp.c_proj.weight": (4 * width, width), f"h.{i}.mlp.c_proj.bias": (width,),
        }  # fmt: skip
    shapes |= {"ln_f.weight": (width,), "ln_f.bias": (width,)}
    return {name: rng.normal(0.0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}


def tiny_network(members: int = 2, seed: int = 1) -> Network:
    return network_of([tiny_tensors(seed + i) for i in range(members)], 2)


def tiny_model(members: int = 2, seed: int = 1) -> Gpt2Structure:
    return Gpt2Structure(tiny_network(members, seed))
