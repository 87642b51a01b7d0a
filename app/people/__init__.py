"""The place of people: finding them, everything that is known of one, what was imported, erasing one."""
