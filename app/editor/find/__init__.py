"""Find: what a component is found by (`texts`), the index of all of them, the bar, and what ties them."""
