"""Codes of DNP3 and the layouts of its objects."""

# IEEE 1815-2012 §9.2.4.1.3.3 and §9.2.4.1.3.4: primary functions with 64 added, secondary ones as they are
LINK_FUNCTIONS = {
    64: "reset_link_states",
    66: "test_link_states",
    67: "confirmed_user_data",
    68: "unconfirmed_user_data",
    73: "request_link_status",
    0: "ack",
    1: "nack",
    11: "link_status",
    15: "not_supported",
}
# IEEE 1815-2012 §4.4
FUNCTIONS = {
    0: "confirm",
    1: "read",
    2: "write",
    3: "select",
    4: "operate",
    5: "direct_operate",
    6: "direct_operate_no_response",
    7: "immediate_freeze",
    8: "immediate_freeze_no_response",
    9: "freeze_clear",
    10: "freeze_clear_no_response",
    11: "freeze_at_time",
    12: "freeze_at_time_no_response",
    13: "cold_restart",
    14: "warm_restart",
    15: "initialize_data",
    16: "initialize_application",
    17: "start_application",
    18: "stop_application",
    19: "save_configuration",
    20: "enable_unsolicited",
    21: "disable_unsolicited",
    22: "assign_class",
    23: "delay_measurement",
    24: "record_current_time",
    25: "open_file",
    26: "close_file",
    27: "delete_file",
    28: "get_file_information",
    29: "authenticate_file",
    30: "abort_file",
    31: "activate_configuration",
    32: "authentication_request",
    33: "authentication_request_no_acknowledgement",
    129: "response",
    130: "unsolicited_response",
    131: "authentication_response",
}
# IEEE 1815-2012 §4.4: confirm, functions with "no response" in their name, and authentication (131 answers it)
NOT_ANSWERED = (0, 6, 8, 10, 12, 32, 33)
# D3FEND names no functions for DNP3; these follow the definitions of its classes
COMMANDS = {
    **dict.fromkeys((0, 129, 130), "ot_process_data_command"),
    1: "ot_read_command",
    2: "ot_change_data_command",
    **dict.fromkeys((3, 4, 5, 6), "ot_control_command"),
    **dict.fromkeys((7, 8, 9, 10, 11, 12), "ot_process_data_command"),
    **dict.fromkeys((13, 14, 15, 16), "ot_modify_device_operating_mode_command"),
    17: "ot_run_command",
    18: "ot_stop_command",
    **dict.fromkeys((19, 20, 21, 22, 31), "ot_modify_device_configuration_command"),
    **dict.fromkeys((23, 24), "ot_synchronize_time_command"),
    **dict.fromkeys((25, 26, 28, 30), "ot_read_file_command"),
    27: "ot_delete_data_command",
    **dict.fromkeys((29, 32, 33, 131), "ot_security_command"),
}
TYPES = {  # IEEE 1815-2012 §11.3, the name of the point that a group speaks of
    **dict.fromkeys((1, 2), "binary_input"),
    **dict.fromkeys((3, 4), "double_bit_binary_input"),
    **dict.fromkeys((10, 11), "binary_output"),
    12: "control_relay_output_block",
    13: "binary_output_command",
    **dict.fromkeys((20, 22), "counter"),
    **dict.fromkeys((21, 23), "frozen_counter"),
    **dict.fromkeys((30, 32), "analog_input"),
    **dict.fromkeys((31, 33), "frozen_analog_input"),
    34: "analog_input_deadband",
    **dict.fromkeys((40, 42), "analog_output"),
    41: "analog_output_block",
    43: "analog_output_command",
    **dict.fromkeys((50, 51), "time"),
    52: "time_delay",
    80: "internal_indication",
    **dict.fromkeys((110, 111), "octet_string"),
    **dict.fromkeys((112, 113), "virtual_terminal"),
}
ATTRIBUTES = {  # IEEE 1815-2012 §11.3.2, those that identify the device
    242: "firmware_version",
    243: "hardware_version",
    246: "user_application_name",
    248: "serial_number",
    250: "product_name",
    252: "vendor_name",
}

STATUS = {  # IEEE 1815-2012 §11.6.12, of a command
    0: "good",  # success, in the word of all protocols
    1: "timeout",
    2: "no_select",
    3: "format_error",
    4: "not_supported",
    5: "already_active",
    6: "hardware_error",
    7: "local",
    8: "too_many_operations",
    9: "not_authorized",
    10: "automation_inhibit",
    11: "processing_limited",
    12: "out_of_range",
    13: "downstream_local",
    14: "already_complete",
    15: "blocked",
    16: "cancelled",
    17: "blocked_by_other_master",
    18: "downstream_failed",
    126: "non_participating",
    127: "undefined",
}
OPERATIONS = {  # IEEE 1815-2012 §11.6.12, control code of a relay output: trip or close, then the operation
    trip << 6 | operation: f"{prefix}{word}"
    for trip, prefix in enumerate(("", "close_", "trip_"))
    for operation, word in enumerate(("nul", "pulse_on", "pulse_off", "latch_on", "latch_off"))
}

# The layout of each object (IEEE 1815-2012 annex A.3): how its value is written. F: flags octet, S: status octet,
# b: bit, d: two bits, i/h: 32/16 bits signed, I/H: unsigned, f/g: 32/64 bits real, C: control relay output
# block, T: absolute time, t: time relative to the last common time of occurrence, _: octet of no interest here.
LAYOUTS = {
    1: {1: "b", 2: "F"},
    2: {1: "F", 2: "FT", 3: "Ft"},
    3: {1: "d", 2: "F"},
    4: {1: "F", 2: "FT", 3: "Ft"},
    10: {1: "b", 2: "F"},
    11: {1: "F", 2: "FT"},
    12: {1: "C", 2: "C", 3: "b"},
    13: {1: "F", 2: "FT"},
    20: {1: "FI", 2: "FH", 3: "FI", 4: "FH", 5: "I", 6: "H", 7: "I", 8: "H"},
    21: {
        1: "FI",
        2: "FH",
        3: "FI",
        4: "FH",
        5: "FIT",
        6: "FHT",
        7: "FIT",
        8: "FHT",
        9: "I",
        10: "H",
        11: "I",
        12: "H",
    },
    22: {1: "FI", 2: "FH", 3: "FI", 4: "FH", 5: "FIT", 6: "FHT", 7: "FIT", 8: "FHT"},
    23: {1: "FI", 2: "FH", 3: "FI", 4: "FH", 5: "FIT", 6: "FHT", 7: "FIT", 8: "FHT"},
    30: {1: "Fi", 2: "Fh", 3: "i", 4: "h", 5: "Ff", 6: "Fg"},
    31: {1: "Fi", 2: "Fh", 3: "FiT", 4: "FhT", 5: "i", 6: "h", 7: "Ff", 8: "Fg"},
    32: {1: "Fi", 2: "Fh", 3: "FiT", 4: "FhT", 5: "Ff", 6: "Fg", 7: "FfT", 8: "FgT"},
    33: {1: "Fi", 2: "Fh", 3: "FiT", 4: "FhT", 5: "Ff", 6: "Fg", 7: "FfT", 8: "FgT"},
    34: {1: "H", 2: "I", 3: "f"},
    40: {1: "Fi", 2: "Fh", 3: "Ff", 4: "Fg"},
    41: {1: "iS", 2: "hS", 3: "fS", 4: "gS"},
    42: {1: "Fi", 2: "Fh", 3: "FiT", 4: "FhT", 5: "Ff", 6: "Fg", 7: "FfT", 8: "FgT"},
    43: {1: "Si", 2: "Sh", 3: "SiT", 4: "ShT", 5: "Sf", 6: "Sg", 7: "SfT", 8: "SgT"},
    50: {1: "T", 2: "T____", 3: "T", 4: "T_____"},
    51: {1: "T", 2: "T"},
    52: {1: "H", 2: "H"},
    80: {1: "b"},
}
SIZES = {
    "b": 0,
    "d": 0,
    "F": 1,
    "S": 1,
    "_": 1,
    "h": 2,
    "H": 2,
    "t": 2,
    "i": 4,
    "I": 4,
    "f": 4,
    "T": 6,
    "g": 8,
    "C": 11,
}
OBJECTS = {group * 256 + variation: form for group, forms in LAYOUTS.items() for variation, form in forms.items()}
VALUES = "bdihIHfgC"


def place(letters: str) -> dict[int, int]:
    """Of each object that has one of `letters`: the octets before it."""
    places = {}
    for code, form in OBJECTS.items():
        for k, letter in enumerate(form):
            if letter in letters:
                places[code] = sum(SIZES[before] for before in form[:k])
    return places


def quality(names: tuple[str, ...]) -> dict[int, str]:
    """Word of each flags octet: bit 0 is online, `names` are the next bits."""
    words = {}
    for flags in range(256):
        found = ([] if flags & 1 else ["offline"]) + [name for k, name in enumerate(names, 1) if flags >> k & 1]
        words[flags] = ",".join(found) or "good"
    return words


_COMMON = ("restart", "communication_lost", "remote_forced", "local_forced")
BINARY, COUNTER, ANALOG = (
    quality((*_COMMON, *more))
    for more in (("chatter_filter",), ("rollover", "discontinuity"), ("over_range", "reference_error"))
)
