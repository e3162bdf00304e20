"""What an OT message does, in the classes of MITRE D3FEND 1.2.0 (`OTProtocolMessage` and below).

`ot.command` holds the class in snake case. A class stands below one or more broader ones, so that a rule
can ask for every write or every change of operating mode without listing protocols.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One class of OT message.

    Attributes:
        name: D3FEND's class name in snake case, as in `ot.command`.
        parents: the names of the classes it specialises.
        en: D3FEND's label without the leading `OT`.
        zh: the same in Chinese, in our words.
    """

    name: str
    parents: tuple[str, ...]
    en: str
    zh: str

    @property
    def d3fend(self) -> str:
        """The class name in the D3FEND ontology, such as `OTChangeDataCommand`."""
        return "OT" + "".join(word.capitalize() for word in self.name.split("_")[1:])


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("ot_abort_command", ("ot_modify_device_operating_mode_command",), "Abort Command", "中止"),
        Command("ot_alarm_message", ("ot_diagnostics_message",), "Alarm Message", "告警"),
        Command(
            "ot_change_control_program_command",
            ("ot_modify_control_program_command",),
            "Change Control Program Command",
            "修改控制程序",
        ),
        Command("ot_change_data_command", ("ot_write_command",), "Change Data Command", "修改数据"),
        Command("ot_connection_command", ("ot_network_management_command",), "Connection Command", "连接"),
        Command("ot_control_command", ("ot_process_data_command",), "Control Command", "控制过程"),
        Command("ot_create_data_command", ("ot_write_command",), "Create Data Command", "新建数据"),
        Command(
            "ot_create_new_control_program_command",
            ("ot_modify_control_program_command",),
            "Create New Control Program Command",
            "新建控制程序",
        ),
        Command("ot_debug_command", ("ot_diagnostics_message",), "Debug Command", "调试"),
        Command(
            "ot_delete_control_program_command",
            ("ot_modify_control_program_command",),
            "Delete Control Program Command",
            "删除控制程序",
        ),
        Command("ot_delete_data_command", ("ot_write_command",), "Delete Data Command", "删除数据"),
        Command(
            "ot_device_configuration_command",
            ("ot_device_management_message",),
            "Device Configuration Command",
            "设备配置",
        ),
        Command(
            "ot_device_description_message", ("ot_device_management_message",), "Device Description Message", "设备描述"
        ),
        Command("ot_device_exception", ("ot_diagnostics_message",), "Device Exception", "设备异常"),
        Command("ot_device_firmware_command", ("ot_device_management_message",), "Device Firmware Command", "固件操作"),
        Command(
            "ot_device_identification_message",
            ("ot_device_management_message",),
            "Device Identification Message",
            "设备标识",
        ),
        Command("ot_device_management_message", ("ot_protocol_message",), "Device Management Message", "设备管理"),
        Command("ot_diagnostics_message", ("ot_protocol_message",), "Diagnostics Message", "诊断"),
        Command(
            "ot_disconnect_remote_connection_command",
            ("ot_connection_command",),
            "Disconnect Remote Connection Command",
            "断开远程连接",
        ),
        Command(
            "ot_download_control_program_command",
            ("ot_modify_control_program_command",),
            "Download Control Program Command",
            "下装控制程序",
        ),
        Command("ot_error_message", ("ot_diagnostics_message",), "Error Message", "错误"),
        Command(
            "ot_establish_remote_connection_command",
            ("ot_connection_command",),
            "Establish Remote Connection Command",
            "建立远程连接",
        ),
        Command(
            "ot_modify_control_program_command",
            ("ot_modify_device_configuration_command",),
            "Modify Control Program Command",
            "变更控制程序",
        ),
        Command(
            "ot_modify_device_configuration_command",
            ("ot_device_configuration_command",),
            "Modify Device Configuration Command",
            "变更设备配置",
        ),
        Command(
            "ot_modify_device_operating_mode_command",
            ("ot_modify_device_configuration_command",),
            "Modify Device Operating Mode Command",
            "变更运行模式",
        ),
        Command("ot_network_management_command", ("ot_protocol_message",), "Network Management Command", "网络管理"),
        Command("ot_pause_command", ("ot_modify_device_operating_mode_command",), "Pause Command", "暂停"),
        Command("ot_process_data_command", ("ot_protocol_message",), "Process Data Command", "过程数据"),
        Command(
            "ot_program_mode_command",
            ("ot_modify_device_operating_mode_command",),
            "Program Mode Command",
            "进入编程模式",
        ),
        Command("ot_proprietary_message", ("ot_protocol_message",), "Proprietary Message", "厂商私有报文"),
        Command("ot_protocol_message", (), "Protocol Message", "协议报文"),
        Command("ot_read_command", ("ot_process_data_command",), "Read Command", "读取"),
        Command(
            "ot_read_device_configuration_data_command",
            ("ot_device_configuration_command",),
            "Read Device Configuration Data Command",
            "读取设备配置",
        ),
        Command("ot_read_file_command", ("ot_read_command",), "Read File Command", "读取文件"),
        Command("ot_read_set_value_command", ("ot_read_command",), "Read Set Value Command", "读取参数值"),
        Command("ot_read_time_command", ("ot_time_command",), "Read Time Command", "读取时间"),
        Command(
            "ot_remote_mode_command",
            ("ot_modify_device_operating_mode_command",),
            "Remote Mode Command",
            "进入远程模式",
        ),
        Command("ot_run_command", ("ot_modify_device_operating_mode_command",), "Run Command", "启动运行"),
        Command("ot_security_command", ("ot_network_management_command",), "Security Command", "安全操作"),
        Command("ot_set_time_command", ("ot_time_command",), "Set Time Command", "设置时间"),
        Command("ot_stop_command", ("ot_modify_device_operating_mode_command",), "Stop Command", "停止运行"),
        Command("ot_synchronize_time_command", ("ot_time_command",), "Synchronize Time Command", "时间同步"),
        Command("ot_test_command", ("ot_modify_device_operating_mode_command",), "Test Command", "测试"),
        Command("ot_time_command", ("ot_device_management_message",), "Time Command", "时间"),
        Command(
            "ot_transport_configuration_command",
            ("ot_network_management_command",),
            "Transport Configuration Command",
            "传输配置",
        ),
        Command("ot_write_command", ("ot_process_data_command",), "Write Command", "写入"),
    )
}


def is_a(name: str, ancestor: str) -> bool:
    """Whether class `name` is `ancestor` or specialises it, at any depth."""
    if name == ancestor:
        return True
    command = COMMANDS.get(name)
    return command is not None and any(is_a(parent, ancestor) for parent in command.parents)


def below(ancestor: str) -> tuple[str, ...]:
    """Every class that is `ancestor` or specialises it, sorted by name."""
    return tuple(sorted(name for name in COMMANDS if is_a(name, ancestor)))
