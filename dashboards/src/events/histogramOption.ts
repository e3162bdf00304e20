/** Rows over time, to look at and to brush. */
import type { EChartsOption } from 'echarts'
import type { Histogram } from '@/api/schema'
import { axis, TIME_LABELS, tip } from '@/charts/style'
import type { Palette } from '@/theme/palette'
import { moment, stamp } from '@/time/format'
import type { Moments } from '@/time/range'

export interface HistogramWords {
  rows: (number: number) => string
  short: (number: number) => string
}

export function histogramOption(data: Histogram, asked: Moments, palette: Palette, words: HistogramWords): EChartsOption {
  const width = data.interval_seconds * 1000
  const bars = data.buckets.map(({ start, rows }) => [moment(start).getTime() + width / 2, rows])
  return {
    animation: false,
    grid: { left: 8, right: 12, top: 8, bottom: 2, containLabel: true },
    tooltip: {
      ...tip(palette),
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: palette.quiet, opacity: 0.2 } },
      formatter: (items) => {
        const [at, rows] = (items as unknown as { value: [number, number] }[])[0]!.value
        return `${stamp(new Date(at - width / 2).toISOString())}<br><b>${words.rows(rows)}</b>`
      },
    },
    xAxis: {
      type: 'time',
      min: moment(asked.start).getTime(),
      max: moment(asked.end).getTime(),
      ...axis(palette),
      axisLabel: { ...axis(palette).axisLabel, formatter: TIME_LABELS },
      splitLine: { show: false },
    },
    yAxis: { type: 'value', minInterval: 1, splitNumber: 2, ...axis(palette), axisLabel: { ...axis(palette).axisLabel, formatter: words.short } },
    brush: {
      toolbox: [],
      xAxisIndex: 0,
      brushStyle: { color: palette.accent + '33', borderColor: palette.accent, borderWidth: 1 },
      outOfBrush: { colorAlpha: 0.4 },
    },
    series: [{ type: 'bar', data: bars, itemStyle: { color: palette.accent, opacity: 0.8 }, barCategoryGap: '12%', barMinHeight: 1, barMaxWidth: 28 }],
  }
}
