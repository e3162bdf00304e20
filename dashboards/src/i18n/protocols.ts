const NAMES: Record<string, string> = {
  modbus: 'Modbus/TCP',
  iec104: 'IEC 104',
  s7comm: 'S7comm',
  dnp3: 'DNP3',
  enip: 'EtherNet/IP',
  cip: 'CIP',
}

/** A protocol as people write it; proper names, the same in every language. */
export function protocolName(protocol: string): string {
  return NAMES[protocol] ?? protocol
}
