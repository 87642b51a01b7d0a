"""Two versions of a campaign put together: what is clear at once, what is not chosen side by side.

merge_versions(window, base, ours, theirs, WITH_FILE, confirmed)
"""
