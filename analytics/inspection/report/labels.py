"""The words of the report that are the same in every one."""

from __future__ import annotations

from core.entities import Rectification, Verdict

LABELS: dict[str, tuple[str, str]] = {
    "title": ("Passive security inspection of an industrial control system", "工业控制系统网络安全检查报告"),
    "subtitle": ("Findings from recorded traffic, with machine evidence", "基于流量的被动检查 · 附机器证据"),
    "enterprise": ("Enterprise", "被检单位"),
    "site": ("Site", "厂站"),
    "standard": ("Standard", "检查依据"),
    "graded": ("Level of protection", "等保级别"),
    "period": ("Period of the traffic (UTC)", "流量时段（UTC）"),
    "packets": ("Packets", "报文数"),
    "captures": ("Captures", "流量文件"),
    "register": ("List of assets", "资产清单"),
    "no_register": ("none handed in", "未提供"),
    "id": ("Inspection number", "检查编号"),
    "file": ("File", "文件"),
    "size": ("Bytes", "字节数"),
    "damage": ("Damage", "损坏情况"),
    "passive": (
        (
            "Nothing was sent to the plant. Verdicts rest on what crossed one tap in the period above; “not observable” "
            "is no fault and no pass: it says that traffic alone cannot tell."
        ),
        "检查未向生产网络发送任何报文。结论仅依据上述时段内一个采集点的流量；“看不见”既非不合格也非合格，表示仅凭流量无法判断。",
    ),
    "own_words": (
        "Requirements are given in our own words; the text of the standard decides.",
        "要求均为本平台自行概述，以标准原文为准。",
    ),
    "summary": ("Summary", "结论汇总"),
    "verdicts": ("Verdicts", "结论"),
    "requirement": ("Requirement", "检查项"),
    "clause": ("Clause", "条款"),
    "verdict": ("Verdict", "结论"),
    "rectification": ("Rectification", "整改"),
    "the_22": ("Requirements for industrial control systems", "工业控制系统安全扩展要求"),
    "beside": ("Further checks beside these requirements", "扩展要求之外的补充检查"),
    "unseen": ("What could not be seen", "看不见的部分"),
    "unseen_count": ("Number", "数量"),
    "unseen_meaning": ("Counted by the sensor", "采集器计数"),
    "nothing_lost": ("The sensor lost nothing that it knows of.", "采集器未记录到任何丢失。"),
    "only_industrial": (
        "Only industrial traffic was looked at; other services are not in this report.",
        "本次仅检查工控流量，未涉及其他服务。",
    ),
    "limits": (
        (
            "One tap sees the traffic of its place. Devices that were silent, services that nobody used, serial lines, "
            "radio, what lies inside encrypted sessions, and everything on paper are outside of it."
        ),
        "单个采集点只能看到所在位置的流量。静默的设备、无人使用的服务、串行线路、无线信号、加密会话的内容以及管理资料均不在其中。",
    ),
    "findings": ("Findings", "逐项结论"),
    "gist": ("Asked for", "要求概述"),
    "why": ("Reasoning", "判断理由"),
    "evidence": ("Evidence", "证据"),
    "frames": ("Packets in the capture", "报文序号"),
    "count": ("Count", "数量"),
    "no_evidence": ("none", "无"),
    "advice": ("Advice", "整改建议"),
    "look": ("On the spot", "现场核查"),
    "measure": ("Measure taken", "整改措施"),
    "responsible": ("Responsible", "责任人"),
    "deadline": ("Deadline", "完成期限"),
    "recheck": ("Re-check", "复查结论"),
    "on_site": ("Found on the spot", "现场核查结果"),
    "assets": ("Assets", "资产清单比对"),
    "address": ("Address", "地址"),
    "name": ("Name", "名称"),
    "role": ("Role", "角色"),
    "level": ("Level / zone", "层级 / 区域"),
    "product": ("Vendor, model, firmware", "厂商、型号、固件"),
    "status": ("Status", "比对结果"),
    "guessed": ("by behaviour", "推断"),
    "more_assets": ("further assets are in the JSON report", "台其余资产未在此列出"),
    "problems": ("Lines of the list that could not be used", "资产清单中无法使用的行"),
    "matrix": ("Conversations between zones and levels", "区域与层级间通信矩阵"),
    "from": ("From", "发起方"),
    "to": ("To", "响应方"),
    "pairs": ("Pairs", "地址对"),
    "services": ("Services", "服务"),
    "alerts": ("Alerts of the detection rules in the period", "时段内检测规则告警"),
    "severity": ("Severity", "严重度"),
    "alert": ("Alert", "告警"),
    "no_alerts": ("No rule raised an alert.", "无规则告警。"),
    "signatures": ("Signatures", "签字"),
    "inspector": ("Inspector", "检查人员"),
    "representative": ("For the enterprise", "被检单位代表"),
    "date": ("Date", "日期"),
    "page": ("Page", "第"),
    "made_by": ("Made with Liaowang", "由瞭望平台生成"),
}
VERDICTS: dict[Verdict, tuple[str, str]] = {
    Verdict.MET: ("met", "符合"),
    Verdict.NOT_MET: ("not met", "不符合"),
    Verdict.NOT_APPLICABLE: ("not applicable", "不适用"),
    Verdict.NOT_OBSERVABLE: ("not observable", "看不见"),
}
RECTIFICATIONS: dict[Rectification, tuple[str, str]] = {
    Rectification.NONE_NEEDED: ("none needed", "无需整改"),
    Rectification.OPEN: ("open", "待整改"),
    Rectification.IN_PROGRESS: ("in progress", "整改中"),
    Rectification.DONE: ("done", "已整改"),
    Rectification.VERIFIED: ("verified", "已复查"),
}
ROLES: dict[str, tuple[str, str]] = {
    "plc": ("PLC", "PLC"),
    "rtu": ("RTU", "RTU"),
    "hmi": ("HMI", "HMI"),
    "ews": ("engineering station", "工程师站"),
    "historian": ("historian", "历史数据库"),
    "scada_server": ("SCADA server", "SCADA 服务器"),
    "io_device": ("I/O device", "I/O 设备"),
    "gateway": ("gateway", "网关"),
}


def words(pair: tuple[str, str], language: str) -> str:
    """The one of the two that `language` (zh, en) asks for."""
    return pair[1 if language == "zh" else 0]
