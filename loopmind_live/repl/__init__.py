"""The typed surface: grammar, completion, help, the toolbar and the prompt line."""
