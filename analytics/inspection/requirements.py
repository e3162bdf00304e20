"""What is asked: the 22 requirements of GB/T 22239-2019 for industrial control systems, and four further checks.

Numbers, areas, clause names and levels are facts about the standard; the gists are our own words and no
substitute for its text, which belongs to the Standardization Administration of China. Clauses are numbered alike
in each level's chapter: 7 for level 2, 8 for level 3, 9 for level 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.ports import Requirement

_NAME = "GB/T 22239-2019"
DEFAULT_LEVEL = 3
LEVELS = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement.

    Attributes:
        id: of the 22, or `SU-…` for a check beside them.
        part: clause within the chapter of a level.
        levels: of protection that ask for it.
        en: short title.
        zh: the same in Chinese.
        gist: what it asks for, in our words.
        gist_zh: the same in Chinese.
    """

    id: str
    part: str
    levels: tuple[int, ...]
    en: str
    zh: str
    gist: str
    gist_zh: str

    @property
    def area(self) -> tuple[str, str]:
        """The area it belongs to, and the same in Chinese."""
        return AREAS[self.id[:2]]

    @property
    def supplementary(self) -> bool:
        """Whether it stands beside the 22."""
        return self.id.startswith("SU-")

    def clause(self, level: int) -> str:
        """Its number in the chapter of that level."""
        return f"{level + 5}.{self.part}"


AREAS = {
    "PE": ("Physical environment", "安全物理环境"),
    "CN": ("Communication network", "安全通信网络"),
    "AB": ("Area boundary", "安全区域边界"),
    "CE": ("Computing environment", "安全计算环境"),
    "CM": ("Construction management", "安全建设管理"),
    "SU": ("Further checks", "补充检查"),
}
_ALL, _HIGH = (2, 3, 4), (3, 4)

ITEMS: tuple[Item, ...] = (
    Item("PE-1", "5.1.1", _ALL, "Outdoor devices: cabinet", "室外控制设备物理防护：箱体",
         "Control devices outdoors are fixed in a cabinet that does not burn, is ventilated and keeps out thieves and "
         "rain.",
         "室外的控制设备固定在不燃材料的箱体中，箱体通风散热并防盗防雨。"),
    Item("PE-2", "5.1.1", _ALL, "Outdoor devices: interference and heat", "室外控制设备物理防护：干扰与热源",
         "Control devices outdoors stand away from strong interference and heat; where they cannot, repair and "
         "emergency measures keep them running.",
         "室外的控制设备避开强干扰和热源，避不开时靠应急处置和检修保证其运行。"),
    Item("CN-1", "5.2.1", _ALL, "Separation from business systems", "网络架构：与企业其他系统分区隔离",
         "The control system and the other systems of the enterprise are two areas with a technical barrier between "
         "them: any kind at level 2, one-way at level 3, an approved one-way product at level 4.",
         "工控系统与企业其他系统分属两个区域，区域间有技术隔离：二级不限方式，三级须单向，四级须用合规的专用单向产品。"),
    Item("CN-2", "5.2.1", _ALL, "Zones inside the control system", "网络架构：系统内部分安全域",
         "The control system is divided into zones by what they do, with a technical barrier between zones.",
         "工控系统内部按业务划分安全域，域与域之间有技术隔离。"),
    Item("CN-3", "5.2.1", _ALL, "A network of its own for real-time control", "网络架构：实时控制独立组网",
         "Real-time control and its data have network equipment of their own, physically apart from other data "
         "networks and from the public network.",
         "实时控制及其数据传输使用独立的网络设备，在物理上与其他数据网和外部公网分开。"),
    Item("CN-4", "5.2.2", _ALL, "Control across wide-area networks", "通信传输：广域网控制加密认证",
         "Commands and related data that cross a wide-area network are authenticated, access-controlled and encrypted.",
         "经广域网传送的控制指令和相关数据须有身份认证、访问控制和加密。"),
    Item("AB-1", "5.3.1", _ALL, "No general services across the boundary", "访问控制：通用服务不得穿越边界",
         "Access control stands between the control system and the rest of the enterprise; mail, web, Telnet, Rlogin, "
         "FTP and the like do not cross it.",
         "工控系统与企业其他系统之间设访问控制，邮件、网页、Telnet、Rlogin、FTP 等通用服务不得穿越。"),
    Item("AB-2", "5.3.1", _ALL, "Alarm when a boundary fails", "访问控制：边界防护失效报警",
         "When the protection between zones stops working, somebody is told at once.",
         "安全域之间的边界防护一旦失效，能够及时报警。"),
    Item("AB-3", "5.3.2", _ALL, "Dial-in: few users, authenticated", "拨号使用控制：限制用户",
         "Where dial-in cannot be done without, its users are few, authenticated and restricted.",
         "确需拨号接入的，限制用户数量，并做身份鉴别和访问控制。"),
    Item("AB-4", "5.3.2", _HIGH, "Dial-in: hardened and encrypted", "拨号使用控制：加固与加密",
         "Both ends of dial-in run hardened systems and use certificates, encryption and access control.",
         "拨号的服务器与客户端均使用加固的操作系统，并采用数字证书、传输加密和访问控制。"),
    Item("AB-5", "5.3.2", (4,), "No dial-in to real-time control", "拨号使用控制：禁止拨号",
         "Nobody dials into systems of real-time control and its data.",
         "实时控制和数据传输的系统不允许拨号访问。"),
    Item("AB-6", "5.3.3", _ALL, "Wireless: identified users", "无线使用控制：标识与鉴别",
         "Every person, process and device on a wireless network has an identity of its own and proves it.",
         "参与无线通信的人员、软件进程和设备都有唯一标识并经过鉴别。"),
    Item("AB-7", "5.3.3", _ALL, "Wireless: authorised users", "无线使用控制：授权与限制",
         "Users of wireless networks are authorised, and what they may do is limited.",
         "对参与无线通信的用户进行授权，并限制其使用范围。"),
    Item("AB-8", "5.3.3", _HIGH, "Wireless: encryption", "无线使用控制：传输加密",
         "What is sent by wireless is encrypted.",
         "无线通信采取传输加密。"),
    Item("AB-9", "5.3.3", _HIGH, "Wireless: unauthorised devices", "无线使用控制：识别未授权设备",
         "Wireless devices that are not authorised are recognised on the spot, and attempts to join or to disturb are "
         "reported.",
         "能发现现场未经授权的无线设备，并对接入或干扰的企图发出报告。"),
    Item("CE-1", "5.4.1", _ALL, "Control devices: authentication and access", "控制设备安全：鉴别、访问控制、审计",
         "Control devices identify who commands them, control access and keep a record; where they cannot, the "
         "devices above them do, or management measures make up for it.",
         "控制设备自身实现身份鉴别、访问控制和安全审计；做不到的由上位控制或管理设备实现，或以管理措施弥补。"),
    Item("CE-2", "5.4.1", _ALL, "Control devices: tested updates", "控制设备安全：更新前测试评估",
         "Patches and firmware are installed on control devices only after tests have shown that operation stays "
         "stable.",
         "经充分测试评估、确认不影响稳定运行后，才给控制设备打补丁和更新固件。"),
    Item("CE-3", "5.4.1", _HIGH, "Control devices: unused ports", "控制设备安全：关闭多余接口",
         "Drives, USB, serial and spare network ports of control devices are closed or removed; those that stay are "
         "strictly watched.",
         "关闭或拆除控制设备的软驱、光驱、USB、串口和多余网口，保留的接口严格监管。"),
    Item("CE-4", "5.4.1", _HIGH, "Control devices: dedicated engineering stations", "控制设备安全：专用设备和软件更新",
         "Control devices are updated from dedicated devices with dedicated software only.",
         "只用专用设备和专用软件更新控制设备。"),
    Item("CE-5", "5.4.1", _HIGH, "Control devices: checked before use", "控制设备安全：上线前检测",
         "Control devices are checked before they go into service, so that their firmware holds nothing malicious.",
         "控制设备上线前经过安全检测，固件中不含恶意代码。"),
    Item("CM-1", "5.5.1", _ALL, "Products tested before purchase", "产品采购和使用",
         "Important devices are bought and used only after a professional body has tested their security.",
         "重要设备经专业机构安全检测合格后才采购使用。"),
    Item("CM-2", "5.5.2", _ALL, "Outsourced software", "外包软件开发",
         "Contracts bind developers and suppliers: secrecy, no spreading of key technology, use in this sector only.",
         "外包合同约束开发单位和供应商：保密、不扩散关键技术、限于本行业使用。"),
    Item("SU-1", "1.10.2", _ALL, "Register of assets", "资产清单",
         "Beside the 22 (general requirement on asset management): the list of assets agrees with what is on the wire.",
         "22 项之外（通用要求“资产管理”）：资产清单与网络中实际出现的设备一致。"),
    Item("SU-2", "1.4.4", _ALL, "Weak and cleartext services", "弱服务与明文远程访问",
         "Beside the 22 (general requirement on intrusion prevention): services that are not needed and ports of high "
         "risk are closed.",
         "22 项之外（通用要求“入侵防范”）：关闭不需要的服务和高危端口。"),
    Item("SU-3", "1.4.4", _ALL, "Outdated protocols", "过时的协议版本",
         "Beside the 22 (general requirement on intrusion prevention): no protocol versions with known weaknesses.",
         "22 项之外（通用要求“入侵防范”）：不使用存在已知缺陷的协议版本。"),
    Item("SU-4", "1.2.2", _HIGH, "Unencrypted industrial sessions", "未加密的工控会话",
         "Beside the 22 (general requirement on transmission): sessions are protected by cryptography.",
         "22 项之外（通用要求“通信传输”）：用密码技术保护通信会话。"),
)  # fmt: skip
BY_ID = {item.id: item for item in ITEMS}


def standard(level: int) -> str:
    """The name of the standard's chapter for that level, as in an inspection's `standard`."""
    return f"{_NAME} §{level + 5}.5"


def level_of(name: str) -> int | None:
    """The level that a name of `standard` stands for; that of the bare standard is 3; None for another standard."""
    levels = {standard(level): level for level in LEVELS} | {_NAME: DEFAULT_LEVEL}
    return levels.get(name)


def requirements(name: str) -> Sequence[Requirement]:
    """All requirements of the standard of that name, in order; none where it is not known."""
    level = level_of(name)
    if level is None:
        return ()
    return tuple(Requirement(item.id, item.en, item.zh, item.clause(level)) for item in ITEMS)
