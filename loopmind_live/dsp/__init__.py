"""Signal processing on arrays: pure functions, no files, no devices."""
