"""Switch off what a virtual network card leaves to hardware that is not there.

Packets between namespaces never reach a card, so their checksums would stay unfilled and segments would be
recorded before they are cut (ethtool's SIOCETHTOOL requests, linux/ethtool.h).
"""

from __future__ import annotations

import array
import fcntl
import socket
import struct
import sys

SIOCETHTOOL = 0x8946
TX_CHECKSUM, SCATTER_GATHER, TCP_SEGMENTATION, GENERIC_SEGMENTATION, GENERIC_RECEIVE = 0x17, 0x19, 0x1F, 0x24, 0x2C


def disable(interface: str) -> None:
    """Send every packet of an interface complete, as a wire carries it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in (TX_CHECKSUM, SCATTER_GATHER, TCP_SEGMENTATION, GENERIC_SEGMENTATION, GENERIC_RECEIVE):
            value = array.array("B", struct.pack("II", command, 0))
            request = struct.pack("16sP", interface.encode(), value.buffer_info()[0])
            fcntl.ioctl(control.fileno(), SIOCETHTOOL, request)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        disable(name)
