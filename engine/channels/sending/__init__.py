"""The sending loop: from the outbox to real providers and back (engine, section 5)."""
