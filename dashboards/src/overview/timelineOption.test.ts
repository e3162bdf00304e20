import { describe, expect, it } from 'vitest'
import type { Timeline } from '@/api/schema'
import { BANDS, dark } from '@/theme/palette'
import { timelineOption } from './timelineOption'

const words = { band: Object.fromEntries(BANDS.map((band) => [band, band.toUpperCase()])), messages: 'messages', whole: String, short: String }
const moments: Timeline['moments'] = [
  { start: '2026-03-01T08:00:00Z', messages: 40, alerts: { critical: 1, low: 2 } },
  { start: '2026-03-01T09:00:00Z', messages: 50, alerts: {} },
]
const option = timelineOption({ interval_seconds: 3600, moments }, dark, words) as {
  series: { name: string; data: [number, number][]; stack?: string }[]
  tooltip: { formatter: (items: unknown) => string }
}

describe('the timeline', () => {
  it('stacks every band, the worst on top', () => expect(option.series.slice(1).map((each) => each.name)).toEqual(['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']))
  it('shows an interval without alerts as none', () => expect(option.series.slice(1).map((each) => each.data[1]![1])).toEqual([0, 0, 0, 0, 0]))
  it('tells only the bands there are, and the messages', () => {
    const told = option.tooltip.formatter([{ dataIndex: 0 }])
    expect(told).toContain('CRITICAL <b>1</b>')
    expect(told).toContain('messages <b>40</b>')
    expect(told).not.toContain('HIGH')
  })
})
