"""Running published campaigns: clock, scheduler, waves, the engine's facade, simulation."""
