"""Codes of IEC 60870-5-104: types with their elements, causes, qualifiers, flags of quality, dates.

IEC104 and IEC101 are the standards that `iec104` names.
"""

import datetime

# IEC101 §7.2.6: what an object consists of, without its address and time tag: bytes, offset of its quality
ELEMENTS = {
    "single_point": (1, 0),
    "double_point": (1, 0),
    "step_position": (2, 1),
    "bitstring": (5, 4),
    "measured_normalized": (3, 2),
    "measured_scaled": (3, 2),
    "measured_float": (5, 4),
    "integrated_total": (5, 4),
    "protection_event": (3, 0),
    "protection_start": (4, 1),
    "protection_output": (4, 1),
    "packed_single_points": (5, 4),
    "measured_normalized_only": (2, None),
    "single_command": (1, None),
    "double_command": (1, None),
    "step_command": (1, None),
    "setpoint_normalized": (3, None),
    "setpoint_scaled": (3, None),
    "setpoint_float": (5, None),
    "bitstring_command": (4, None),
    "end_of_initialization": (1, None),
    "interrogation": (1, None),
    "counter_interrogation": (1, None),
    "read": (0, None),
    "clock": (0, None),
    "test": (2, None),
    "reset_process": (1, None),
    "delay": (2, None),
    "parameter_normalized": (3, None),
    "parameter_scaled": (3, None),
    "parameter_float": (5, None),
    "parameter_activation": (1, None),
    "file": (6, None),
    "section": (7, None),
    "file_call": (4, None),
    "last_section": (5, None),
    "file_acknowledge": (4, None),
    "segment": (4, None),
    "directory_entry": (6, None),
    "log_query": (2, None),
}
# IEC101 §7.3, IEC104 §8: name, element, bytes of the time tag behind it
TYPES = {
    1: ("M_SP_NA_1", "single_point", 0),
    2: ("M_SP_TA_1", "single_point", 3),
    3: ("M_DP_NA_1", "double_point", 0),
    4: ("M_DP_TA_1", "double_point", 3),
    5: ("M_ST_NA_1", "step_position", 0),
    6: ("M_ST_TA_1", "step_position", 3),
    7: ("M_BO_NA_1", "bitstring", 0),
    8: ("M_BO_TA_1", "bitstring", 3),
    9: ("M_ME_NA_1", "measured_normalized", 0),
    10: ("M_ME_TA_1", "measured_normalized", 3),
    11: ("M_ME_NB_1", "measured_scaled", 0),
    12: ("M_ME_TB_1", "measured_scaled", 3),
    13: ("M_ME_NC_1", "measured_float", 0),
    14: ("M_ME_TC_1", "measured_float", 3),
    15: ("M_IT_NA_1", "integrated_total", 0),
    16: ("M_IT_TA_1", "integrated_total", 3),
    17: ("M_EP_TA_1", "protection_event", 3),
    18: ("M_EP_TB_1", "protection_start", 3),
    19: ("M_EP_TC_1", "protection_output", 3),
    20: ("M_PS_NA_1", "packed_single_points", 0),
    21: ("M_ME_ND_1", "measured_normalized_only", 0),
    30: ("M_SP_TB_1", "single_point", 7),
    31: ("M_DP_TB_1", "double_point", 7),
    32: ("M_ST_TB_1", "step_position", 7),
    33: ("M_BO_TB_1", "bitstring", 7),
    34: ("M_ME_TD_1", "measured_normalized", 7),
    35: ("M_ME_TE_1", "measured_scaled", 7),
    36: ("M_ME_TF_1", "measured_float", 7),
    37: ("M_IT_TB_1", "integrated_total", 7),
    38: ("M_EP_TD_1", "protection_event", 7),
    39: ("M_EP_TE_1", "protection_start", 7),
    40: ("M_EP_TF_1", "protection_output", 7),
    45: ("C_SC_NA_1", "single_command", 0),
    46: ("C_DC_NA_1", "double_command", 0),
    47: ("C_RC_NA_1", "step_command", 0),
    48: ("C_SE_NA_1", "setpoint_normalized", 0),
    49: ("C_SE_NB_1", "setpoint_scaled", 0),
    50: ("C_SE_NC_1", "setpoint_float", 0),
    51: ("C_BO_NA_1", "bitstring_command", 0),
    58: ("C_SC_TA_1", "single_command", 7),
    59: ("C_DC_TA_1", "double_command", 7),
    60: ("C_RC_TA_1", "step_command", 7),
    61: ("C_SE_TA_1", "setpoint_normalized", 7),
    62: ("C_SE_TB_1", "setpoint_scaled", 7),
    63: ("C_SE_TC_1", "setpoint_float", 7),
    64: ("C_BO_TA_1", "bitstring_command", 7),
    70: ("M_EI_NA_1", "end_of_initialization", 0),
    100: ("C_IC_NA_1", "interrogation", 0),
    101: ("C_CI_NA_1", "counter_interrogation", 0),
    102: ("C_RD_NA_1", "read", 0),
    103: ("C_CS_NA_1", "clock", 7),
    104: ("C_TS_NA_1", "test", 0),
    105: ("C_RP_NA_1", "reset_process", 0),
    106: ("C_CD_NA_1", "delay", 0),
    107: ("C_TS_TA_1", "test", 7),
    110: ("P_ME_NA_1", "parameter_normalized", 0),
    111: ("P_ME_NB_1", "parameter_scaled", 0),
    112: ("P_ME_NC_1", "parameter_float", 0),
    113: ("P_AC_NA_1", "parameter_activation", 0),
    120: ("F_FR_NA_1", "file", 0),
    121: ("F_SR_NA_1", "section", 0),
    122: ("F_SC_NA_1", "file_call", 0),
    123: ("F_LS_NA_1", "last_section", 0),
    124: ("F_AF_NA_1", "file_acknowledge", 0),
    125: ("F_SG_NA_1", "segment", 0),
    126: ("F_DR_TA_1", "directory_entry", 7),
    127: ("F_SC_NB_1", "log_query", 14),  # from and until: two tags, the first is the point's time
}
# IEC101 §7.2.3, with 14-16 of IEC 60870-5-7
CAUSES = {
    1: "periodic",
    2: "background_scan",
    3: "spontaneous",
    4: "initialized",
    5: "request",
    6: "activation",
    7: "activation_confirmation",
    8: "deactivation",
    9: "deactivation_confirmation",
    10: "activation_termination",
    11: "return_information_remote_command",
    12: "return_information_local_command",
    13: "file_transfer",
    14: "authentication",
    15: "session_key_maintenance",
    16: "user_role_and_update_key_maintenance",
    20: "interrogated_by_station",
    **{20 + group: f"interrogated_by_group_{group}" for group in range(1, 17)},
    37: "counters_interrogated",
    **{37 + group: f"counters_interrogated_group_{group}" for group in range(1, 5)},
    44: "unknown_type_identification",
    45: "unknown_cause_of_transmission",
    46: "unknown_common_address",
    47: "unknown_information_object_address",
}
# IEC104 §5, Figure 8: the first control byte
FUNCTIONS = {
    0x07: "startdt_act",
    0x0B: "startdt_con",
    0x13: "stopdt_act",
    0x23: "stopdt_con",
    0x43: "testfr_act",
    0x83: "testfr_con",
}
INTERROGATIONS = {20: "station", **{20 + group: f"group_{group}" for group in range(1, 17)}}  # IEC101 §7.2.6.22
QUALIFIERS = {0: "no_additional_definition", 1: "short_pulse", 2: "long_pulse", 3: "persistent"}  # IEC101 §7.2.6.26
RESETS = {1: "general_reset_of_process", 2: "reset_of_pending_events"}  # IEC101 §7.2.6.27
INITIALIZATIONS = {0: "local_power_on", 1: "local_manual_reset", 2: "remote_reset"}  # IEC101 §7.2.6.21
# IEC101 §7.2.6.1-4 and -10 have these bits; a counter's carry and adjustment (-9) and a time tag's IV (-18) join them
QUALITY = (
    (0x01, "overflow"),
    (0x02, "adjusted"),
    (0x08, "elapsed_time_invalid"),
    (0x10, "blocked"),
    (0x20, "substituted"),
    (0x40, "not_topical"),
    (0x80, "invalid"),
    (0x100, "time_invalid"),
)
# D3FEND lists nothing for this protocol; as for BACnet, a value that is reported counts as read
COMMANDS = {
    **dict.fromkeys((*range(1, 22), *range(30, 41), 100, 101, 102), "ot_read_command"),
    **dict.fromkeys((17, 18, 19, 38, 39, 40), "ot_alarm_message"),
    **dict.fromkeys((45, 46, 47, 58, 59, 60), "ot_control_command"),
    **dict.fromkeys((48, 49, 50, 51, 61, 62, 63, 64), "ot_change_data_command"),
    70: "ot_diagnostics_message",
    103: "ot_synchronize_time_command",
    **dict.fromkeys((104, 107), "ot_debug_command"),
    105: "ot_modify_device_operating_mode_command",
    106: "ot_time_command",
    **dict.fromkeys((110, 111, 112, 113), "ot_modify_device_configuration_command"),
    **dict.fromkeys(range(120, 128), "ot_read_file_command"),
    **dict.fromkeys(range(128, 256), "ot_proprietary_message"),
}

TO_ALL, ALL_STATIONS = (100, 101, 103, 105), 0xFFFF
"""IEC101 §7.2.4: the types that may be sent to all stations, and the common address of two bytes that does so."""

FLAGS_AT = {code: at for code, (_, element, _) in TYPES.items() if (at := ELEMENTS[element][1]) is not None}
NORMALIZED = ("measured_normalized", "measured_normalized_only", "setpoint_normalized", "parameter_normalized")

_EPOCH = datetime.date(1970, 1, 1).toordinal()
_CENTURY = [datetime.date.fromordinal(day) for day in range(730_120, 730_120 + 36_525)]  # 2000-01-01 to 2099-12-31
DAYS = {
    (day.year - since) << 9 | day.month << 5 | day.day: day.toordinal() - _EPOCH
    for day in _CENTURY
    for since in (2000, 1900)
    if since == 2000 or day.year < 2028
}
"""Days since 1970 of each date there is, as year, month and day stand in seven, four and five bits.

The year has two digits (IEC101 §7.2.6.18); devices that count from 1900 write 100 and more.
"""


def types(*elements: str) -> tuple[int, ...]:
    """The types whose objects are such elements."""
    return tuple(code for code, (_, element, _) in TYPES.items() if element in elements)


def quality(bits: int) -> str:
    """The words of these flags."""
    return ",".join(word for bit, word in QUALITY if bits & bit) or "good"
