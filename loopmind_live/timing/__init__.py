"""Musical time: positions on the bar grid, the tempo map, and when a command lands. Pure."""
