import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import en from './en.json'
import zh from './zh.json'

function keys(words: object, prefix = ''): string[] {
  return Object.entries(words).flatMap(([name, value]) =>
    typeof value === 'object' && !Array.isArray(value) ? keys(value as object, `${prefix}${name}.`) : [prefix + name],
  )
}

function value(words: object, key: string): unknown {
  return key.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], words)
}

const holes = (text: unknown) => [...new Set(String(text).match(/\{\w+\}/g) ?? [])].sort()

const folder = join(import.meta.dirname, '..')
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(vue|ts)$/.test(name) && !/\.test\.ts$|schema\.ts$/.test(name))
  .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const)

const all = keys(zh)
const groups = new Set(all.map((key) => key.split('.')[0]))
/** Texts in quotes that look like keys: `'alerts.none'`; and openings of keys that are put together: `` `severity.${…}` ``. */
const whole = new Set(sources.flatMap(([, text]) => [...text.matchAll(/['"`]([a-z]+(?:\.\w+)+)['"`]/g)].map((found) => found[1]!)))
const openings = new Set(sources.flatMap(([, text]) => [...text.matchAll(/`([a-z]+(?:\.\w+)*\.)\$\{/g)].map((found) => found[1]!)))

describe('the words of the console', () => {
  it('are the same keys in both languages', () => expect(keys(en)).toEqual(all))

  it('leave the same holes in both languages', () => {
    expect(all.filter((key) => String(holes(value(en, key))) !== String(holes(value(zh, key))))).toEqual([])
  })

  it('are none of them empty', () => expect(all.filter((key) => !value(zh, key) || !value(en, key))).toEqual([]))

  it('can all be read by what puts them on the screen', () => {
    const { t, locale } = createI18n({ legacy: false, locale: 'zh' as 'zh' | 'en', messages: { zh, en } }).global
    for (const language of ['zh', 'en'] as const) {
      locale.value = language
      // A bare @ or | means something to it; such a text throws, or loses a part.
      for (const key of all) expect(() => t(key, { n: 2 })).not.toThrow()
    }
  })

  it('are all used', () => {
    expect(all.filter((key) => !whole.has(key) && ![...openings].some((opening) => key.startsWith(opening)))).toEqual([])
  })

  it('are all there', () => {
    const used = sources.flatMap(([, text]) => [...text.matchAll(/\bt[em]?\(\s*['"`]([\w.]+)['"`]/g)].map((found) => found[1]!))
    expect(used.filter((key) => !all.includes(key))).toEqual([])
    expect([...openings].filter((opening) => groups.has(opening.split('.')[0]!) && !all.some((key) => key.startsWith(opening)))).toEqual([])
  })

  it('stand nowhere else: no Chinese in the code, no bare words in templates', () => {
    const templates = sources
      .filter(([name]) => name.endsWith('.vue'))
      .map(([name, text]) => [name, /<template>([\s\S]*)<\/template>/.exec(text)?.[1] ?? ''] as const)
    const bare = templates.flatMap(([name, text]) =>
      [...text.replace(/<(code|kbd)\b[^>]*>[^<]*<\/\1>/g, '').matchAll(/>([^<>{}]*\p{L}{3,}[^<>{}]*)</gu)].map((found) => `${name}: ${found[1]!.trim()}`),
    )
    expect(bare).toEqual([])
    const chinese = sources.filter(([name, text]) => name.endsWith('.vue') && /\p{Script=Han}/u.test(text.replace(/\/\*[\s\S]*?\*\//g, '')))
    expect(chinese.map(([name]) => name)).toEqual([])
  })
})
