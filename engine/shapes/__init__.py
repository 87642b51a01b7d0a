"""Value types of the file formats (components, section 11): texts, times, conditions, groups."""
