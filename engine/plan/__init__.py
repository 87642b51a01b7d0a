"""From a campaign's graph to places, paths and prebuilt set-based statements."""
