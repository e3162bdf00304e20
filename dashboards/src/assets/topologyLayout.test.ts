import { describe, expect, it } from 'vitest'
import type { Edge, Node } from '@/api/schema'
import { layout } from './topologyLayout'

const node = (id: string, level: number | null): Node => ({ id, label: id, asset: id, role: '', level, vendor: '', site: 's', ips: [id], protocols: [] })
const edge = (source: string, target: string): Edge => ({ source, target, protocol: 'modbus', messages: 1, errors: 0, unanswered: 0, first_seen: '', last_seen: '', vlan: null })
const at = (nodes: Node[], edges: Edge[] = []) => new Map(layout(nodes, edges).placed.map((each) => [each.node.id, each]))

describe('the topology', () => {
  it('puts higher levels above lower ones and the unknown last', () =>
    expect(layout([node('a', 1), node('b', null), node('c', 3), node('d', 2)], []).rows).toEqual([3, 2, 1, null]))
  it('keeps level 0 above what has no level', () => expect(layout([node('a', null), node('b', 0)], []).rows).toEqual([0, null]))
  it('puts devices below those they talk to', () => {
    const found = at([node('h1', 2), node('h2', 2), node('p1', 1), node('p2', 1)], [edge('h1', 'p2'), edge('h2', 'p1')])
    expect(Math.sign(found.get('h1')!.x - found.get('h2')!.x)).toBe(Math.sign(found.get('p2')!.x - found.get('p1')!.x))
  })
  it('puts no two devices on one place', () => {
    const nodes = Array.from({ length: 60 }, (_, index) => node(`n${index}`, 1))
    expect(new Set([...at(nodes).values()].map(({ x, y }) => `${x}/${y}`)).size).toBe(60)
  })
})
