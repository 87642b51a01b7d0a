"""What the manual quotes of exports is what they write."""

from __future__ import annotations

import pytest

from docs.code_samples import PAGES, samples


@pytest.mark.parametrize("language", sorted(PAGES))
def test_the_page_quotes_what_the_exports_write(language: str) -> None:
    page = PAGES[language].read_text("utf-8")
    for name, content in samples(language).items():
        assert f"```{name}\n{content}```\n" in page, f"write it anew: python -m docs.code_samples ({name})"
