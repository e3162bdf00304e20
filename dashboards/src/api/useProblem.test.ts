import { describe, expect, it } from 'vitest'
import { createSSRApp } from 'vue'
import { createI18n } from 'vue-i18n'
import { renderToString } from 'vue/server-renderer'
import en from '../i18n/en.json'
import zh from '../i18n/zh.json'
import { ProblemError } from './problem'
import { useProblem, type Told } from './useProblem'

/** What a page in that language says of an error. */
async function told(locale: 'zh' | 'en', error: Error): Promise<Told> {
  let said: Told | undefined
  const page = {
    setup() {
      said = useProblem()(error)
      return () => null
    },
  }
  const i18n = createI18n({ legacy: false, locale, messages: { zh, en } })
  await renderToString(createSSRApp(page).use(i18n))
  return said!
}

const body = { type: 'urn:liaowang:problem:unknown-name', title: 'No such name', detail: "Unknown field 'sorce.ip'.", hint: 'Did you mean source.ip?' }

describe('a problem on the screen', () => {
  it('is what the server says in the language of the console', async () => {
    const problem = ProblemError.of(400, { ...body, zh: "没有名为 'sorce.ip' 的字段。是否指 source.ip？" })
    expect(await told('zh', problem)).toEqual({ title: "没有名为 'sorce.ip' 的字段。是否指 source.ip？", detail: '' })
    expect(await told('en', problem)).toEqual({ title: "Unknown field 'sorce.ip'.", detail: 'Did you mean source.ip?' })
  })

  it('is the kind of problem above the English sentence where the server has no other', async () => {
    expect(await told('zh', ProblemError.of(400, body))).toEqual({
      title: zh.problems['unknown-name'],
      detail: "Unknown field 'sorce.ip'. Did you mean source.ip?",
    })
  })
})
