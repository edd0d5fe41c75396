"""The program's jobs, put together from the rooms: what each line of the command line does."""
