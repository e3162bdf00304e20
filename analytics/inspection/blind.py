"""Requirements that no traffic says anything about: why, and what to look at instead."""

from __future__ import annotations

from analytics.inspection.finding import Words

_BUILT = Words("Cabinets and their surroundings leave no trace in traffic.", "箱体及其环境不会在流量中留下痕迹。")
_PAPER = Words("Contracts and test reports leave no trace in traffic.", "合同与检测报告不会在流量中留下痕迹。")
_RADIO = Words(
    "Radio is seen by radio receivers; on the wire behind an access point its users look like any others.",
    "无线信号需用无线设备观察；在接入点之后的有线侧，无线用户与其他用户没有区别。",
)

BLIND: dict[str, tuple[Words, Words]] = {
    "PE-1": (_BUILT, Words("Look at cabinets outdoors.", "现场查看室外箱体。")),
    "PE-2": (
        _BUILT,
        Words(
            "Look for sources of heat and interference beside outdoor devices.", "现场查看室外设备附近的热源与干扰源。"
        ),
    ),
    "AB-6": (_RADIO, Words("Look at the authentication of each access point.", "核对各无线接入点的鉴别方式。")),
    "AB-7": (_RADIO, Words("Ask for the list of authorised users.", "索取无线用户授权清单。")),
    "AB-8": (_RADIO, Words("Look at the encryption of each access point.", "核对各无线接入点的加密方式。")),
    "AB-9": (_RADIO, Words("Walk the site with a wireless scanner.", "用无线探测工具巡查现场。")),
    "CE-3": (
        Words("Drives, USB and serial ports leave no trace in traffic.", "光驱、USB、串口不会在流量中留下痕迹。"),
        Words("Look at the ports of control devices on the spot.", "现场查看控制设备接口。"),
    ),
    "CE-5": (
        Words("What was checked before service began is not in the traffic.", "上线前的检测不会出现在流量中。"),
        Words("Ask for the reports of the checks before commissioning.", "索取上线前安全检测报告。"),
    ),
    "CM-1": (_PAPER, Words("Ask for the test reports of important products.", "索取重要产品的检测报告。")),
    "CM-2": (_PAPER, Words("Ask for the contracts with developers.", "索取外包开发合同。")),
}
"""Why, and what to look at, by requirement."""
