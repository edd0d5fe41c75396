"""From a prompt and a library to an arrangement, and from an arrangement to its next idea."""
