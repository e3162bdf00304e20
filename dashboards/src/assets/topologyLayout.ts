/** Where each device stands: its row is its Purdue level, its column keeps lines short. */
import type { Edge, Node } from '@/api/schema'

export interface Placed {
  node: Node
  /** 0 to 1, from left to right. */
  x: number
  /** Index into `rows`, with fractions where a level needs several lines. */
  y: number
}

export interface Layout {
  /** Levels from top to bottom; null holds what has none. */
  rows: (number | null)[]
  placed: Placed[]
}

const SWEEPS = 4
const LINE = 14

type Columns = Map<string, number>

function neighbours(edges: Edge[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { source, target } of edges) {
    found.set(source, [...(found.get(source) ?? []), target])
    found.set(target, [...(found.get(target) ?? []), source])
  }
  return found
}

/** Spreads a row over its width in the order of the nodes. */
function spread(row: Node[], columns: Columns): void {
  row.forEach((node, index) => columns.set(node.id, (index + 0.5) / row.length))
}

/** Orders each row by the mean column of those it talks to (Sugiyama's barycentre), some times over. */
function settle(rows: Node[][], edges: Edge[]): Columns {
  const columns: Columns = new Map()
  const near = neighbours(edges)
  for (const row of rows) spread(row, columns)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const row of rows) {
      const mean = (node: Node): number => {
        const others = near.get(node.id) ?? []
        return others.length ? others.reduce((sum, id) => sum + (columns.get(id) ?? 0.5), 0) / others.length : columns.get(node.id)!
      }
      const order = new Map(row.map((node) => [node.id, mean(node)]))
      row.sort((a, b) => order.get(a.id)! - order.get(b.id)! || a.label.localeCompare(b.label))
      spread(row, columns)
    }
  }
  return columns
}

/** A crowded level is drawn in several lines, neighbours one above the other. */
function height(index: number, size: number): number {
  const lines = Math.ceil(size / LINE)
  return lines < 2 ? 0 : ((index % lines) / (lines - 1) - 0.5) * 0.6
}

export function layout(nodes: Node[], edges: Edge[]): Layout {
  const levels = [...new Set(nodes.map((node) => node.level))].sort((a, b) => (b ?? -1) - (a ?? -1))
  const rows = levels.map((level) => nodes.filter((node) => node.level === level).sort((a, b) => a.label.localeCompare(b.label)))
  const columns = settle(rows, edges)
  const placed = rows.flatMap((row, y) => row.map((node, index) => ({ node, x: columns.get(node.id)!, y: y + height(index, row.length) })))
  return { rows: levels, placed }
}
