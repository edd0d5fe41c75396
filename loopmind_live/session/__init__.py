"""The performance: commands, state, and what lands when."""
