"""The places of a workspace beside its campaigns, and the rail that leads to them."""
