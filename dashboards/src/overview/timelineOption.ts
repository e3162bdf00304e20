/** Alerts by severity as stacked bars, messages as a quiet line behind them. */
import type { EChartsOption } from 'echarts'
import type { Timeline } from '@/api/schema'
import { axis, textStyle, TIME_LABELS, tip } from '@/charts/style'
import { BANDS, type Palette } from '@/theme/palette'
import { moment, stamp } from '@/time/format'

export interface TimelineWords {
  band: Record<string, string>
  messages: string
  whole: (number: number) => string
  short: (number: number) => string
}

interface Item {
  dataIndex: number
}

export function timelineOption(data: Timeline, palette: Palette, words: TimelineWords): EChartsOption {
  const half = data.interval_seconds * 500
  const at = data.moments.map((each) => moment(each.start).getTime() + half)
  const base = axis(palette)

  function told(items: unknown): string {
    const { dataIndex } = (items as Item[])[0]!
    const now = data.moments[dataIndex]!
    const lines = BANDS.filter((band) => now.alerts[band]).map((band) => `${words.band[band]} <b>${words.whole(now.alerts[band]!)}</b>`)
    return [stamp(now.start), ...lines, `${words.messages} <b>${words.whole(now.messages)}</b>`].join('<br>')
  }

  return {
    animation: false,
    grid: { left: 10, right: 10, top: 14, bottom: 4, containLabel: true },
    tooltip: { ...tip(palette), trigger: 'axis', axisPointer: { type: 'line', lineStyle: { color: palette.muted } }, formatter: told },
    xAxis: { type: 'time', ...base, splitLine: { show: false }, axisLabel: { ...base.axisLabel, formatter: TIME_LABELS } },
    yAxis: [
      { type: 'value', minInterval: 1, splitNumber: 3, ...base },
      { type: 'value', splitNumber: 3, ...base, splitLine: { show: false }, axisLabel: { ...textStyle(palette), formatter: words.short } },
    ],
    series: [
      {
        type: 'line',
        name: words.messages,
        yAxisIndex: 1,
        data: data.moments.map((each, index) => [at[index]!, each.messages]),
        showSymbol: false,
        lineStyle: { color: palette.quiet, width: 1 },
        areaStyle: { color: palette.quiet, opacity: 0.16 },
        z: 1,
      },
      ...[...BANDS].reverse().map((band) => ({
        type: 'bar' as const,
        name: words.band[band],
        stack: 'alerts',
        data: data.moments.map((each, index) => [at[index]!, each.alerts[band] ?? 0]),
        itemStyle: { color: palette.fill[band] },
        barMaxWidth: 16,
        barMinWidth: 3,
        z: 2,
      })),
    ],
  }
}
