"""Value types of the file formats (section 11 of the component reference): texts, times, conditions, groups."""
