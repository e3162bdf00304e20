/** Alerts as they come: one server-sent stream for the whole console, told to whoever listens. */
import { useQueryClient, type QueryClient } from '@tanstack/vue-query'
import { onBeforeUnmount, onMounted, ref } from 'vue'
import type { Alert, AlertDetail, AlertNews } from '@/api/schema'

export type LiveState = 'connecting' | 'on' | 'lost'
type Listener = (alert: Alert) => void

const listeners = new Set<Listener>()
const RETRY = 5_000
const PAUSE = 1_500

/** Hears of every new alert and new version while the component is on screen. */
export function useNews(listener: Listener): void {
  onMounted(() => listeners.add(listener))
  onBeforeUnmount(() => listeners.delete(listener))
}

let waiting: ReturnType<typeof setTimeout> | undefined

/** Brings numbers up to date, once for all that came within a moment. */
function recount(cache: QueryClient): void {
  waiting ??= setTimeout(() => {
    waiting = undefined
    void cache.invalidateQueries({ queryKey: ['alerts', 'counts'] })
    void cache.invalidateQueries({ queryKey: ['overview'] })
  }, PAUSE)
}

/** Tells everyone of a version of an alert. */
export function heard(alert: Alert, cache: QueryClient): void {
  cache.setQueryData<AlertDetail>(['alerts', 'one', alert.id], (old) => old && { ...old, alert })
  for (const listener of listeners) listener(alert)
  recount(cache)
}

/** Keeps the stream open while the shell is on screen. */
export function useLiveAlerts() {
  const cache = useQueryClient()
  const state = ref<LiveState>('connecting')
  let source: EventSource | undefined
  let again: ReturnType<typeof setTimeout> | undefined

  function open(): void {
    source = new EventSource('/api/alerts/live')
    source.onopen = () => {
      // What came while the line was cut is asked for once it is back.
      if (state.value === 'lost') void cache.invalidateQueries({ queryKey: ['alerts'] })
      state.value = 'on'
    }
    source.onerror = () => {
      state.value = 'lost'
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, RETRY)
    }
    source.addEventListener('alert', (event: MessageEvent<string>) => {
      const news = JSON.parse(event.data) as AlertNews
      if (news.missed) void cache.invalidateQueries({ queryKey: ['alerts'] })
      heard(news.alert, cache)
    })
  }

  onMounted(open)
  onBeforeUnmount(() => {
    clearTimeout(again)
    source?.close()
  })
  return { state }
}
