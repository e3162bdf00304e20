import type { EChartsOption } from 'echarts'
import type { Topology } from '@/api/schema'
import { plain, textStyle, tip } from '@/charts/style'
import type { Palette } from '@/theme/palette'
import { layout } from './topologyLayout'

export interface TopologyWords {
  role: (role: string) => string
  level: (level: number | null) => string
  edge: (edge: Topology['edges'][number]) => string
}

/** Shape by role, so that a PLC is told from a workstation without reading. */
const SYMBOLS: Record<string, string> = { plc: 'rect', rtu: 'rect', io_device: 'rect', hmi: 'roundRect', ews: 'diamond', scada_server: 'triangle' }

/** Up to so many devices each carries its role as a second line. */
const ROOM = 60

/** Who talks to whom, a band for each level; lines that carry errors or go unanswered stand out. */
export function topologyOption(data: Topology, chosen: string, palette: Palette, words: TopologyWords): EChartsOption {
  const { rows, placed } = layout(data.nodes, data.edges)
  const labels = new Map(data.nodes.map((node) => [node.id, node.label]))
  const roomy = data.nodes.length <= ROOM
  const most = Math.max(1, ...data.edges.map((edge) => Math.log1p(edge.messages)))
  return {
    animation: false,
    grid: { left: 128, right: 24, top: 12, bottom: 12 },
    tooltip: { ...tip(palette) },
    xAxis: { type: 'value', min: 0, max: 1, show: false },
    yAxis: {
      type: 'value',
      inverse: true,
      min: -0.5,
      max: rows.length - 0.5,
      interval: 1,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: palette.line } },
      axisLabel: { ...textStyle(palette), fontSize: 12, customValues: rows.map((_, index) => index), formatter: (at: number) => words.level(rows[at] ?? null), margin: 12 },
    },
    series: [
      {
        type: 'graph',
        coordinateSystem: 'cartesian2d',
        emphasis: { focus: 'adjacency', label: { show: true } },
        labelLayout: { hideOverlap: true },
        data: placed.map(({ node, x, y }) => ({
          id: node.id,
          name: node.id,
          value: [x, y],
          symbol: SYMBOLS[node.role] ?? 'circle',
          symbolSize: node.id === chosen ? 22 : 16,
          itemStyle: {
            color: node.role ? palette.muted : palette.surface,
            borderColor: node.id === chosen ? palette.accent : node.role ? palette.surface : palette.muted,
            borderWidth: node.id === chosen ? 3 : 1.5,
          },
          label: { show: true, position: 'bottom', distance: 5, formatter: roomy ? `${node.label}\n{role|${words.role(node.role)}}` : node.label, ...textStyle(palette), color: palette.text, backgroundColor: palette.surface, padding: [1, 3], lineHeight: 14, rich: { role: { ...textStyle(palette), lineHeight: 14 } } },
          tooltip: { formatter: [`<b>${plain(node.label)}</b>`, plain(words.role(node.role)), plain(node.vendor)].filter(Boolean).join('<br>') },
        })),
        links: data.edges.map((edge) => {
          const failing = edge.errors + edge.unanswered > 0
          return {
            source: edge.source,
            target: edge.target,
            symbol: ['none', 'arrow'],
            symbolSize: 6,
            lineStyle: {
              color: failing ? palette.high : palette.quiet,
              type: failing ? ('dashed' as const) : ('solid' as const),
              width: 1 + (2.5 * Math.log1p(edge.messages)) / most,
              curveness: 0.12,
              opacity: 0.9,
            },
            tooltip: { formatter: plain(`${labels.get(edge.source)} → ${labels.get(edge.target)}: ${words.edge(edge)}`) },
          }
        }),
      },
    ],
  }
}
