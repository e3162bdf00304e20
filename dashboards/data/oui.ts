/** Vendor names by the first 24 bits of a MAC address, out of the npm package `oui-data`. */
import registry from 'oui-data' with { type: 'json' }

/** `{"0080F4": "TELEMECANIQUE ELECTRIQUE", …}`: the first line of each entry, which is the name; the rest is a postal address. */
export function vendors(): Record<string, string> {
  const names: Record<string, string> = {}
  for (const [prefix, entry] of Object.entries(registry as Record<string, string>)) {
    const name = entry.split('\n', 1)[0]?.trim()
    if (name && /^[0-9A-F]{6}$/.test(prefix)) names[prefix] = name
  }
  return names
}
