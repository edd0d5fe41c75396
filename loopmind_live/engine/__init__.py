"""The sound: voice kernel, schedule, arena, pyo graph, and the processes that run them."""
