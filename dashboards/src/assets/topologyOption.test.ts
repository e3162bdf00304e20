import { describe, expect, it } from 'vitest'
import { dark } from '@/theme/palette'
import { topologyOption } from './topologyOption'

const nodes = [
  { id: 'a', label: '10.0.0.1', asset: 'a', role: 'hmi', level: 2, vendor: '<script>', site: 's', ips: [], protocols: [] },
  { id: 'b', label: '10.0.0.2', asset: null, role: '', level: null, vendor: '', site: 's', ips: [], protocols: [] },
]
const edges = [
  { source: 'a', target: 'b', protocol: 'modbus', messages: 10, errors: 0, unanswered: 2, first_seen: '', last_seen: '', vlan: null },
  { source: 'b', target: 'a', protocol: 'modbus', messages: 10, errors: 0, unanswered: 0, first_seen: '', last_seen: '', vlan: null },
]
const words = { role: (role: string) => role, level: (level: number | null) => `level ${level}`, edge: () => 'modbus' }
const option = topologyOption({ nodes, edges }, 'a', dark, words) as {
  series: { data: { tooltip: { formatter: string } }[]; links: { lineStyle: { type: string; color: string } }[] }[]
  yAxis: { axisLabel: { formatter: (at: number) => string } }
}

describe('the topology', () => {
  it('names its bands', () => expect([0, 1].map(option.yAxis.axisLabel.formatter)).toEqual(['level 2', 'level null']))
  it('lets lines that go unanswered stand out by more than colour', () =>
    expect(option.series[0]!.links.map((link) => link.lineStyle.type)).toEqual(['dashed', 'solid']))
  it('shows a vendor out of the data as text', () => expect(option.series[0]!.data[0]!.tooltip.formatter).not.toContain('<script>'))
})
