import { computed, reactive, ref, watch, type Ref } from 'vue'
import type { Alert } from '@/api/schema'
import { before, fits, type Filter } from './filter'
import { useNews } from './live'
import { useAlertPages } from './queries'

/** The rows of the queue: what the server listed, with what has come since.
 *
 * A row that someone is about to act on must not move. While `held()` is true, alerts that are new wait and are
 * only counted; new versions of rows on screen are shown where they stand.
 */
export function useQueue(filter: Ref<Filter>, held: () => boolean) {
  const pages = useAlertPages(filter)
  const versions = reactive(new Map<string, Alert>())
  const arrived = ref<Alert[]>([])
  const waiting = ref<Alert[]>([])
  const listed = computed(() => pages.data.value?.pages.flatMap((page) => page.items) ?? [])

  const rows = computed(() => {
    const seen = new Set<string>()
    const known = [...arrived.value, ...listed.value].map((alert) => versions.get(alert.id) ?? alert)
    return known.filter((alert) => fits(alert, filter.value) && !seen.has(alert.id) && seen.add(alert.id))
  })

  useNews((alert) => {
    versions.set(alert.id, alert)
    const known = (each: Alert) => each.id === alert.id
    if (listed.value.some(known) || arrived.value.some(known) || !fits(alert, filter.value)) return
    if (!held()) arrived.value = [alert, ...arrived.value].sort((a, b) => before(a, b, filter.value.order))
    else if (!waiting.value.some(known)) waiting.value.push(alert)
  })

  function show(): void {
    arrived.value = [...waiting.value, ...arrived.value].sort((a, b) => before(a, b, filter.value.order))
    waiting.value = []
  }

  // By value: the page's address changes with every row that is opened, and the filter is read from it anew.
  watch(() => JSON.stringify(filter.value), () => {
    versions.clear()
    arrived.value = []
    waiting.value = []
  })
  // Listed anew, not only further: what the server says now is the newest there is.
  watch(
    () => pages.data.value?.pages,
    (now, old) => {
      if (!now || now.length > (old?.length ?? 0)) return
      versions.clear()
      arrived.value = []
    },
  )
  return { rows, waiting: computed(() => waiting.value.length), arrived, show, pages }
}
