import { createI18n } from 'vue-i18n'
import { remembered } from '@/shell/remembered'
import en from './en.json'
import zh from './zh.json'

export const LANGUAGES = ['zh', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** A text that the platform gives in both languages. */
export type Words = Record<Language, string>

const stored = remembered('language')

export const i18n = createI18n({
  legacy: false,
  locale: (stored.get() === 'en' ? 'en' : 'zh') as Language,
  fallbackLocale: 'en',
  messages: { zh, en },
})

/** The tag that fonts, screen readers and `Intl` go by. */
export function tag(language: string): string {
  return language === 'en' ? 'en-GB' : 'zh-CN'
}

/** Changes the language of everything on screen at once. */
export function speak(language: Language): void {
  i18n.global.locale.value = language
  document.documentElement.lang = tag(language)
  stored.set(language)
}
