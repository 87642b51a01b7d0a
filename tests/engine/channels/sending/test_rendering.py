"""What a provider is given for a component's letters."""

from __future__ import annotations

import json
from pathlib import Path

from engine.campaign import campaign_file
from engine.channels.contents import Keyword, TemplateMessageContent
from engine.channels.sending.letters import Letter
from engine.channels.sending.rendering import renderer
from engine.plan.graph import flow_of
from engine.workspace import bundle as bundles
from tests.app.panels.samples import CONFIGS, sample_workspace
from tests.engine.shop import hello


def test_a_template_message_names_its_template_and_fills_its_keywords(tmp_path: Path) -> None:
    workspace = sample_workspace(tmp_path / "shop")
    raw = hello()
    raw["nodes"]["n_who"]["config"]["audiences"] = ["a_vip"]
    raw["nodes"]["n_sms"] |= {"kind": "template_message", "config": CONFIGS["template_message"][0]}
    file = json.dumps({"format": "campaign", "version": 1, **raw}).encode()
    document = campaign_file.parse(file, tmp_path)
    bundle = bundles.make(workspace, document)
    flow = flow_of(bundle.campaign, {id: number for number, id in enumerate(bundle.campaign.nodes)})
    letter = Letter("acc_wechat", 0, 1, 0, 1, 1, 1, 1, "o-1", "p1", '["Ann"]', 0, 0, 0, 0, None)
    assert renderer(bundle, flow.nodes["n_sms"])(letter).content == TemplateMessageContent(
        "T1",
        (Keyword("first", "Hello Ann", "#173177"), Keyword("remark", "")),
        mini_app="wx1",
        mini_path="pages/a",
    )
