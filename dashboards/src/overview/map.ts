/** Alerts by city, and which province's map shows them. */
import type { Region } from '@/api/schema'

/** Where nobody says where they are. */
export const HOME = '210000'

export interface City {
  /** Six digits, GB/T 2260. */
  code: string
  name: string
  alerts: number
  enterprises: string[]
}

/** The province that most enterprises lie in. */
export function province(regions: Region[]): string {
  const numbers = new Map<string, number>()
  for (const { region } of regions) {
    const code = region.slice(0, 2)
    if (code) numbers.set(code, (numbers.get(code) ?? 0) + 1)
  }
  const [most] = [...numbers].sort(([, a], [, b]) => b - a)
  return most ? `${most[0]}0000` : HOME
}

/** Enterprises and alerts of each city of a province, the most alerts first. */
export function cities(regions: Region[], of: string, names: Record<string, string>): City[] {
  const found = new Map<string, City>()
  for (const { region, alerts, name } of regions) {
    if (region.slice(0, 2) !== of.slice(0, 2)) continue
    const code = `${region.slice(0, 4)}00`
    const city = found.get(code) ?? { code, name: names[code] ?? code, alerts: 0, enterprises: [] }
    found.set(code, { ...city, alerts: city.alerts + alerts, enterprises: [...city.enterprises, name] })
  }
  return [...found.values()].sort((a, b) => b.alerts - a.alerts || a.code.localeCompare(b.code))
}
