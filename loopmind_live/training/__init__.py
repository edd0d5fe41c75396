"""Training and measuring: one module a task, each measured over a folder with known truth."""
