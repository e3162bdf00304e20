import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { client, got, OURS } from '@/api/client'
import type { Judgement } from '@/api/schema'
import { heard } from './live'
import { parameters, type Filter } from './filter'

const PAGE = 100

/** The queue, page by page. */
export function useAlertPages(filter: Ref<Filter>) {
  return useInfiniteQuery({
    queryKey: ['alerts', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      got(
        client.GET('/api/alerts', {
          params: { query: { ...parameters(filter.value), order: filter.value.order, size: PAGE, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  })
}

/** How many alerts there are of each value, over every state. */
export function useAlertCounts(filter: Ref<Filter>) {
  const whole = computed(() => ({ ...filter.value, state: 'all' as const }))
  return useQuery({
    queryKey: ['alerts', 'counts', whole],
    queryFn: ({ signal }) => got(client.GET('/api/alerts/counts', { params: { query: parameters(whole.value) }, signal })),
    placeholderData: keepPreviousData,
  })
}

/** How many alerts wait for someone. */
export function useOpenAlerts() {
  return useQuery({
    queryKey: ['alerts', 'counts', 'open'],
    queryFn: ({ signal }) => got(client.GET('/api/alerts/counts', { params: { query: { state: ['open'] } }, signal })),
  })
}

export function useAlert(id: Ref<string>) {
  return useQuery({
    queryKey: ['alerts', 'one', id],
    queryFn: ({ signal }) => got(client.GET('/api/alerts/{alert}', { params: { path: { alert: id.value } }, signal })),
    enabled: computed(() => id.value !== ''),
  })
}

/** The messages that an alert's packets completed. */
export function useAlertMessages(id: Ref<string>) {
  return useQuery({
    queryKey: ['alerts', 'messages', id],
    queryFn: ({ signal }) =>
      got(client.GET('/api/alerts/{alert}/messages', { params: { path: { alert: id.value }, query: { size: 100 } }, signal })),
    enabled: computed(() => id.value !== ''),
    staleTime: 60_000,
  })
}

/** Sets what a person makes of an alert; the queue hears of it as of any other new version. */
export function useReview() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ id, judgement }: { id: string; judgement: Judgement }) =>
      got(
        client.PUT('/api/alerts/{alert}/review', { params: { path: { alert: id }, header: OURS }, body: judgement }),
      ),
    onSuccess(alert) {
      heard(alert, cache)
    },
  })
}
