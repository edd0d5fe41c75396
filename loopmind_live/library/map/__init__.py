"""A map of a library: loops that sound alike lie near each other."""
