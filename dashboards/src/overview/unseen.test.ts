import { expect, it } from 'vitest'
import { blindness } from './unseen'

const tally = (name: string, number: number, loss: boolean) => ({ name, protocol: '', number, loss, meaning: { en: name, zh: name } })
const sensor = (silent: boolean) => ({ organization: 'o', site: 's', name: 'tap', last_packet: '2026-03-01T08:00:00Z', packets: 1, silent })

it('counts what was lost, who is silent and who was not answered, and nothing that is well', () => {
  const found = blindness({
    tallies: [tally('packets', 900, false), tally('gap_bytes', 5, true), tally('cut_frames', 0, true), tally('undecoded', 70, true)],
    sensors: [sensor(false), sensor(true)],
    unanswered: [
      { protocol: 'modbus', requests: 3 },
      { protocol: 'dnp3', requests: 4 },
    ],
  })
  expect(found.losses.map((each) => each.name)).toEqual(['undecoded', 'gap_bytes'])
  expect(found).toMatchObject({ silent: 1, sensors: 2, unanswered: 7 })
})
