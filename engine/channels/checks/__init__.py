"""“Check connection”: whether a provider can be reached, and knows the account. Nothing is ever sent."""
