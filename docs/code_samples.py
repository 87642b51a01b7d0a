"""Write what the exports of a sample campaign say into the manual: `.venv/bin/python -m docs.code_samples`.

The page “Campaigns as code” quotes a Mermaid chart and a part of the table for reviewers, in each language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.campaign.exporting.mermaid import mermaid
from engine.campaign.exporting.table import configuration_csv
from engine.i18n import use_language
from engine.workspace.sample import write_sample

DOCS = Path(__file__).parent
PAGES = {"en": DOCS / "campaigns-as-code.md", "zh": DOCS / "zh" / "campaigns-as-code.md"}
CAMPAIGN = "c_welcome"
COMPONENTS = ("n_coupon", "n_issued", "n_care")
"""Those that the quoted part of the table is about."""


def main() -> int:
    """Write all samples."""
    for language, page in PAGES.items():
        page.write_text(quoting(page.read_text("utf-8"), samples(language)), "utf-8", newline="\n")
    return 0


def samples(language: str) -> Mapping[str, str]:
    """What stands in the code blocks, by the language that each names."""
    with TemporaryDirectory() as folder, use_language(language):
        workspace = write_sample(Path(folder) / "shop", Path(folder) / "data", language, date(2026, 3, 2))
        document = workspace.load_campaign(CAMPAIGN)
        table = configuration_csv(document, workspace).decode("utf-8-sig").splitlines()
        rows = [row for row in table[1:] if row.partition(",")[0] in COMPONENTS]
        return {"mermaid": mermaid(document, workspace), "csv": "\n".join([table[0], *rows]) + "\n"}


def quoting(text: str, said: Mapping[str, str]) -> str:
    """A page whose code blocks of these languages say this."""
    for name, content in said.items():
        block = re.compile(rf"(?<=```{name}\n).*?(?=```\n)", re.DOTALL)
        text = block.sub(lambda _found, content=content: content, text, count=1)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    raise SystemExit(main())
