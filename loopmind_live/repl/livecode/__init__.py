"""Code at the prompt: run in a process of its own, ahead of the music that it plays."""
