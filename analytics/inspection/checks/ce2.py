"""CE-2: updates of control devices are tested before."""

from __future__ import annotations

from analytics.inspection.finding import Words, act_evidence, unseen
from analytics.inspection.inventory import compare
from analytics.inspection.seen import Seen
from core.entities import Evidence, Finding, Frames

REQUIREMENT = "CE-2"


def check(seen: Seen) -> Finding:
    """Traffic shows firmware that is written, and firmware that is not the registered one; tests before it never.

    So it is neither met nor not met here, but the evidence names the devices whose records to ask for.
    """
    updates = [act for act in seen.acts if act.command == "ot_device_firmware_command"]
    other = [line for line in compare(seen) if line.firmware_differs]
    evidence = act_evidence(seen, updates)
    for line in other:
        host = seen.hosts[line.ip]
        fact = next((one for one in host.asset.facts if one.name == "firmware"), None) if host.asset else None
        frames = (Frames(fact.file, (fact.frame,)),) if fact and fact.frame else ()
        evidence.append(
            Evidence(
                f"{host.label}: firmware {line.firmware}, registered {line.registered_firmware}",
                f"{host.label}：固件 {line.firmware}，登记为 {line.registered_firmware}",
                frames,
                len(frames),
            )
        )
    if evidence:
        why = Words(
            "Firmware was changed or is not the registered one; whether tests came before cannot be seen.",
            "发现固件操作，或固件版本与登记不一致；事前是否测试评估无法看到。",
        )
    else:
        why = Words("No update was seen; tests cannot be seen in traffic.", "未见更新操作；测试评估无法从流量中看到。")
    look = Words("Ask for the test records of the latest updates.", "索取最近几次更新的测试评估记录。")
    return unseen(REQUIREMENT, why, evidence, look)
