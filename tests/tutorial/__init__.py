"""The tutorial followed word for word: read from the document, typed into a real performance."""
