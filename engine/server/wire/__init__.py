"""What goes over the wire, shared by the server and its client: a module for each group of calls."""
