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
