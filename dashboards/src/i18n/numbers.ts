import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { tag } from '.'

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** Bytes with a binary unit, at most one decimal. */
export function bytes(number: number): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, number)) / 10))
  const value = number / 2 ** (10 * step)
  return `${value >= 100 || step === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[step]}`
}

/** Whole numbers with separators, and short ones for tight places (1.2万, 12K). */
export function useNumbers() {
  const { locale } = useI18n()
  const whole = computed(() => new Intl.NumberFormat(tag(locale.value), { maximumFractionDigits: 1 }))
  const short = computed(() => new Intl.NumberFormat(tag(locale.value), { notation: 'compact', maximumFractionDigits: 1 }))
  return {
    whole: (number: number): string => whole.value.format(number),
    short: (number: number): string => (number < 10_000 ? whole.value.format(number) : short.value.format(number)),
  }
}
