"""Channels that hand messages over to providers; the only package that may open a socket to one."""
