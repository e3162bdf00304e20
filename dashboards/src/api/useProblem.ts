import { useI18n } from 'vue-i18n'
import { ProblemError } from './problem'

export interface Told {
  title: string
  detail: string
}

/** An error in the user's language. Where the server has its sentence in English alone, that stands below ours. */
export function useProblem() {
  const { t, te, locale } = useI18n()
  return (error: Error): Told => {
    if (!(error instanceof ProblemError) || error.status === 0) return { title: t('state.unreachable'), detail: t('state.unreachableHint') }
    const said = [error.detail || error.title, error.hint].filter(Boolean)
    if (locale.value === 'en') return { title: said[0]!, detail: said.slice(1).join(' ') }
    if (error.zh) return { title: error.zh, detail: '' }
    const key = [`problems.${error.kind}`, `problems.${error.status}`].find((each) => te(each)) ?? 'problems.other'
    return { title: t(key), detail: said.join(' ') }
  }
}
