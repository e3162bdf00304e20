import { expect, it } from 'vitest'
import { details } from './columns'

it('says what the protocol says, words first and each code once', () => {
  const row = {
    'network.protocol': 'modbus',
    'ot.command': 'ot_write_command',
    'modbus.transaction_id': 77,
    'modbus.unit_id': 1,
    'modbus.function_code': 6,
    'modbus.function_code_name': 'write_single_register',
    'modbus.address': 5,
    'modbus.exception_code': null,
  }
  expect(details(row)).toBe('write single register · unit id 1 · address 5')
})

it('keeps codes as their standard writes them, and leaves out the framing and what is not so', () => {
  const row = {
    'network.protocol': 'iec104',
    'iec104.apdu_type': 'I',
    'iec104.send_sequence': 39,
    'iec104.type_id': 46,
    'iec104.type_id_name': 'C_DC_NA_1',
    'iec104.cause': 6,
    'iec104.cause_name': 'activation',
    'iec104.negative': true,
    'iec104.test': false,
    'iec104.object_address': 6010,
  }
  expect(details(row)).toBe('C_DC_NA_1 · activation · negative · object address 6010')
})
