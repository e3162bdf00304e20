"""AB-2: an alarm when the protection between zones stops working."""

from __future__ import annotations

from analytics.inspection.crossings import answered, flat, to_enterprise
from analytics.inspection.finding import Words, link_evidence, unseen
from analytics.inspection.seen import Seen
from core.entities import Finding

REQUIREMENT = "AB-2"
_TELLS = ("syslog", "SNMP trap")


def check(seen: Seen) -> Finding:
    """Traffic shows sessions that go past a boundary, and devices that send reports; never that an alarm comes.

    Whether the protection fails into an alarm only a test on the spot tells, so this is never met or not met here.
    """
    past = [*flat(seen), *(link for link in answered(to_enterprise(seen)) if seen.direct(link))]
    reports = [link for link in seen.links if link.service and link.service.name in _TELLS]
    look = Words(
        "Let the boundary fail in a test, with the plant's consent, and see whether somebody is told.",
        "征得生产单位同意后做边界失效测试，核实是否报警。",
    )
    if past:
        why = Words(
            "Sessions go past the boundary; whether that raised an alarm cannot be seen.",
            "有会话绕过了边界，是否触发报警无法看到。",
        )
        return unseen(REQUIREMENT, why, link_evidence(seen, past), look)
    if reports:
        why = Words(
            "Devices send reports (syslog, SNMP traps); whether they report a failure of the boundary cannot be seen.",
            "有设备在发送日志或 SNMP 陷阱，是否包含边界失效报警无法看到。",
        )
        return unseen(REQUIREMENT, why, link_evidence(seen, reports), look)
    why = Words("Whether an alarm would be raised cannot be seen in traffic.", "是否会报警无法从流量中看到。")
    return unseen(REQUIREMENT, why, advice=look)
