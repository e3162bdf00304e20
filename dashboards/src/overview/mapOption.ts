import type { EChartsOption } from 'echarts'
import { plain, textStyle, tip } from '@/charts/style'
import type { Palette } from '@/theme/palette'
import type { City } from './map'

/** Cities of a province, the more alerts the stronger; those without a watched enterprise stay empty. */
export function mapOption(map: string, cities: City[], palette: Palette, alerts: (number: number) => string): EChartsOption {
  const most = Math.max(1, ...cities.map((city) => city.alerts))
  const byName = new Map(cities.map((city) => [city.name, city]))
  return {
    animation: false,
    tooltip: {
      ...tip(palette),
      formatter: (item) => {
        const { name } = item as unknown as { name: string }
        const city = byName.get(name)
        const lines = city ? [alerts(city.alerts), ...city.enterprises.slice(0, 5)] : []
        return [`<b>${plain(name)}</b>`, ...lines.map(plain)].join('<br>')
      },
    },
    visualMap: { show: false, min: 0, max: most, inRange: { color: [palette.quiet, palette.accent] } },
    series: [
      {
        type: 'map',
        map,
        roam: false,
        selectedMode: false,
        left: 8,
        right: 8,
        top: 4,
        bottom: 8,
        itemStyle: { areaColor: palette.raised, borderColor: palette.line, borderWidth: 1 },
        label: { show: false },
        labelLayout: { hideOverlap: true },
        emphasis: { itemStyle: { areaColor: 'inherit', borderColor: palette.text } },
        data: cities.map(({ name, alerts: value }) => ({ name, value, label: { show: true, ...textStyle(palette), color: palette.text, fontWeight: 600, textBorderColor: palette.surface, textBorderWidth: 4 } })),
      },
    ],
  }
}
