"""Teams' servers: signing in, publishing to them, their campaigns, and what waits to be published."""
