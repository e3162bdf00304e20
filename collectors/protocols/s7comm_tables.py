"""Codes of S7comm, and how addresses and blocks are written. "W" and "S" are the sources that `s7comm` names."""

ROSCTR = {1: "job", 2: "ack", 3: "ack_data", 7: "userdata"}  # W
FUNCTIONS = {  # W
    0x00: "cpu_services",
    0x04: "read_variable",
    0x05: "write_variable",
    0x1A: "request_download",
    0x1B: "download_block",
    0x1C: "download_ended",
    0x1D: "start_upload",
    0x1E: "upload",
    0x1F: "end_upload",
    0x28: "plc_control",
    0x29: "plc_stop",
    0xF0: "setup_communication",
}
ERROR_CLASSES = {  # W
    0x00: "no_error",
    0x81: "application_relationship_error",
    0x82: "object_definition_error",
    0x83: "no_resources_available",
    0x84: "service_processing_error",
    0x85: "error_on_supplies",
    0x87: "access_error",
}
GROUPS = {  # W, function group of userdata
    0: "mode_transition",
    1: "programmer_commands",
    2: "cyclic_services",
    3: "block_functions",
    4: "cpu_functions",
    5: "security",
    6: "pbc",
    7: "time_functions",
    15: "nc_programming",
}
KINDS = {  # W, high half of the octet that has the group
    0: "push",
    3: "nc_push",
    4: "request",
    7: "nc_request",
    8: "response",
    11: "nc_response",
}
SUBFUNCTIONS = {  # W, group * 256 + subfunction
    0x101: "block_status",
    0x102: "variable_status",
    0x103: "output_istack",
    0x104: "output_bstack",
    0x105: "output_lstack",
    0x106: "measure_time",
    0x107: "force_selection",
    0x108: "modify_variable",
    0x109: "force",
    0x10A: "breakpoint",
    0x10B: "exit_hold",
    0x10C: "memory_reset",
    0x10D: "disable_job",
    0x10E: "enable_job",
    0x10F: "delete_job",
    0x110: "read_job_list",
    0x111: "read_job",
    0x112: "replace_job",
    0x113: "block_status_2",
    0x116: "flash_led",
    0x201: "cyclic_transfer",
    0x204: "cyclic_unsubscribe",
    0x205: "change_driven_transfer",
    0x207: "change_driven_transfer_modify",
    0x208: "read_record",
    0x301: "list_blocks",
    0x302: "list_blocks_of_type",
    0x303: "get_block_info",
    0x401: "read_szl",
    0x402: "message_service",
    0x403: "diagnostic_message",
    0x405: "alarm_8_indication",
    0x406: "notify_indication",
    0x407: "alarm_8_lock",
    0x408: "alarm_8_unlock",
    0x409: "scan_indication",
    0x40B: "alarm_acknowledge",
    0x40C: "alarm_acknowledge_indication",
    0x40D: "alarm_lock_indication",
    0x40E: "alarm_unlock_indication",
    0x411: "alarm_sq_indication",
    0x412: "alarm_s_indication",
    0x413: "alarm_query",
    0x416: "notify_8_indication",
    0x501: "plc_password",
    0x502: "clear_password",
    0x701: "read_clock",
    0x702: "set_clock",
    0x703: "read_clock_following",
    0x704: "set_clock_following",
    0xF01: "request_download",
    0xF02: "download_block",
    0xF03: "continue_download",
    0xF04: "download_ended",
    0xF06: "start_upload",
    0xF07: "upload",
    0xF08: "continue_upload",
}
MODES = {  # W, subfunction of a mode transition
    0: "stop",
    1: "warm_restart",
    2: "run",
    3: "hot_restart",
    4: "hold",
    6: "cold_restart",
    9: "run_redundant",
    11: "link_up",
    12: "update",
}
STATES = {  # S, requested mode in the records of list 0x24
    **dict.fromkeys((1, 2, 3, 4), "stop"),
    5: "warm_restart",
    7: "hot_restart",
    8: "run",
    9: "run_redundant",
    10: "hold",
    11: "link_up",
    12: "update",
    13: "defective",
}
AREAS = {  # W
    0x01: "data_record",
    0x03: "system_info_200",
    0x05: "system_flags_200",
    0x06: "analog_inputs_200",
    0x07: "analog_outputs_200",
    0x1C: "counter",
    0x1D: "timer",
    0x80: "peripheral",
    0x81: "input",
    0x82: "output",
    0x83: "flag",
    0x84: "data_block",
    0x85: "instance_data_block",
    0x86: "local_data",
    0x87: "previous_local_data",
    0x1E: "iec_counter_200",
    0x1F: "iec_timer_200",
}
SYNTAXES = {  # W, what an item is that is not addressed by area
    **dict.fromkeys((0x82, 0x83, 0x84), "nck_variable"),
    0xA2: "drive_parameter",
    0xB0: "data_block",
    0xB2: "symbol",
}
LETTERS = {0x81: "I", 0x82: "Q", 0x83: "M", 0x84: "DB", 0x85: "DI", 0x86: "L", 0x80: "P", 0x1C: "C", 0x1D: "T"}
# W, transport sizes: bit, byte, character, word, integer, double word, double integer, real
WIDTHS = {1: "X", 2: "B", 3: "B", 4: "W", 5: "W", 6: "D", 7: "D", 8: "D"}
RETURN_CODES = {  # W
    0x00: "reserved",
    0x01: "hardware_error",
    0x03: "access_not_allowed",
    0x05: "invalid_address",
    0x06: "data_type_not_supported",
    0x07: "data_type_inconsistent",
    0x0A: "object_does_not_exist",
    0xFF: "good",
}
BLOCKS = {  # W, two characters as a number
    0x3038: "ob",
    0x3041: "db",
    0x3042: "sdb",
    0x3043: "fc",
    0x3044: "sfc",
    0x3045: "fb",
    0x3046: "sfb",
}
IDENTITY = {  # S, list * 256 + index
    0x1101: "module_order_number",
    0x1106: "hardware_order_number",
    0x1107: "firmware_version",
    0x1C01: "plc_name",
    0x1C02: "module_name",
    0x1C03: "plant_identification",
    0x1C04: "copyright",
    0x1C05: "serial_number",
    0x1C07: "product_name",
    0x1C08: "memory_card_serial_number",
    0x1C09: "manufacturer",
    0x1C0A: "oem_identification",
    0x1C0B: "location",
}
# D3FEND names no functions for S7comm; these follow the definitions of its classes
COMMANDS = {
    0x04: "ot_read_command",
    0x05: "ot_change_data_command",
    **dict.fromkeys((0x1A, 0x1B, 0x1C), "ot_download_control_program_command"),
    **dict.fromkeys((0x1D, 0x1E, 0x1F), "ot_read_device_configuration_data_command"),
    0x28: "ot_control_command",
    0x29: "ot_stop_command",
    0xF0: "ot_establish_remote_connection_command",
}
GROUP_COMMANDS = {
    0: "ot_diagnostics_message",
    1: "ot_debug_command",
    2: "ot_read_command",
    3: "ot_read_device_configuration_data_command",
    4: "ot_diagnostics_message",
    5: "ot_security_command",
    6: "ot_proprietary_message",
    7: "ot_read_time_command",
    15: "ot_modify_control_program_command",
}
CHANGES = (0x108, 0x109)  # modify variable, force
ALARMS = (5, 6, 7, 8, 9, 11, 12, 13, 14, 17, 18, 19, 22)


def address_name(number: int) -> str:
    """Such as `DB1.DBX4.2` or `MW10`: width, area, data block and bit address in one number."""
    width, area, block, bits = number >> 48, number >> 40 & 0xFF, number >> 24 & 0xFFFF, number & 0xFFFFFF
    letter, size = LETTERS.get(area, f"area{area}"), WIDTHS.get(width, "B")
    if area in (0x1C, 0x1D):
        return f"{letter}{bits}"
    place = f"{bits >> 3}.{bits & 7}" if width == 1 else f"{bits >> 3}"
    return f"DB{block}.DB{size}{place}" if area in (0x84, 0x85) else f"{letter}{'' if size == 'X' else size}{place}"


def block_name(number: int) -> str:
    """Such as `DB1`, of the type's two characters and the number."""
    kind = number >> 20 & 0xFFFF
    return f"{BLOCKS.get(kind, f'block{kind:04x}_').upper()}{number & 0xFFFFF}"
