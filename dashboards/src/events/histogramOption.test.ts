import { describe, expect, it } from 'vitest'
import { dark } from '@/theme/palette'
import { histogramOption } from './histogramOption'

const words = { rows: (number: number) => `${number} rows`, short: String }
const asked = { start: '2026-03-01T08:00:00Z', end: '2026-03-01T09:00:00Z' }
const data = { interval_seconds: 60, buckets: [{ start: '2026-03-01T08:10:00.000000000Z', rows: 7 }] }
const option = histogramOption(data, asked, dark, words) as {
  xAxis: { min: number; max: number }
  series: { data: number[][] }[]
  tooltip: { formatter: (items: unknown) => string }
}

describe('the histogram', () => {
  it('covers the whole time asked for, also where nothing was', () =>
    expect([option.xAxis.min, option.xAxis.max]).toEqual([Date.parse(asked.start), Date.parse(asked.end)]))
  it('centres a bar on its interval', () => expect(option.series[0]!.data).toEqual([[Date.parse('2026-03-01T08:10:30Z'), 7]]))
  it('tells the start of the interval and its rows', () =>
    expect(option.tooltip.formatter([{ value: option.series[0]!.data[0] }])).toMatch(/:10:00<br><b>7 rows/))
})
