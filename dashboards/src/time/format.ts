import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { tag } from '@/i18n'

/** Times come as RFC 3339 in UTC with nine digits of seconds; a Date keeps three of them. */
export function moment(text: string): Date {
  return new Date(text.replace(/(\.\d{3})\d+/, '$1'))
}

const two = (number: number): string => String(number).padStart(2, '0')

/** `2026-11-21 08:04:05`, in the browser's zone; the same in both languages, so columns line up. */
export function stamp(text: string): string {
  const at = moment(text)
  return `${day(at)} ${clock(at)}`
}

export function day(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

export function clock(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** `08:04:05` of today, `11-21 08:04:05` of this year, else the whole. */
export function brief(text: string, now = new Date()): string {
  const at = moment(text)
  if (day(at) === day(now)) return clock(at)
  return at.getFullYear() === now.getFullYear() ? `${day(at).slice(5)} ${clock(at)}` : stamp(text)
}

function micros(text: string): string {
  const digits = /\.(\d+)/.exec(text)?.[1] ?? ''
  return digits.padEnd(6, '0').slice(0, 6)
}

/** `2026-11-21 08:04:05.123456`: what an analyst compares packets by. */
export function precise(text: string): string {
  return `${stamp(text)}.${micros(text)}`
}

/** The same for columns, without the year where it is this one. */
export function narrow(text: string, now = new Date()): string {
  const whole = precise(text)
  return moment(text).getFullYear() === now.getFullYear() ? whole.slice(5) : whole
}

const UNITS = [['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]] as const

/** Seconds in the two largest units: `1 hr 30 min`, `1小时 30分钟`. */
export function span(seconds: number, language: string): string {
  const say = (number: number, unit: string) =>
    new Intl.NumberFormat(tag(language), { style: 'unit', unit, unitDisplay: 'short' }).format(number)
  const at = UNITS.findIndex(([, size]) => seconds >= size)
  if (at < 0) return say(0, 'second')
  const [unit, size] = UNITS[at]!
  const below = UNITS[at + 1]
  const rest = below ? Math.floor((seconds % size) / below[1]) : 0
  return say(Math.floor(seconds / size), unit) + (rest && below ? ` ${say(rest, below[0])}` : '')
}

/** How long ago, in words of the language. */
export function useAgo() {
  const { locale } = useI18n()
  const format = computed(() => new Intl.RelativeTimeFormat(tag(locale.value), { numeric: 'auto' }))
  return (text: string, now = Date.now()): string => {
    const seconds = Math.round((moment(text).getTime() - now) / 1000)
    const [unit, size] = ([['day', 86_400], ['hour', 3600], ['minute', 60]] as const).find(
      ([, each]) => Math.abs(seconds) >= each,
    ) ?? ['second', 1]
    return format.value.format(Math.round(seconds / size), unit)
  }
}

/** The browser's offset from UTC, such as `UTC+08:00`. */
export function zone(at = new Date()): string {
  const minutes = -at.getTimezoneOffset()
  const size = Math.abs(minutes)
  return `UTC${minutes < 0 ? '−' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}
