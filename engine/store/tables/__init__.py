"""Every table of the engine. Importing a module adds its tables to `engine.store.schema.METADATA`."""
