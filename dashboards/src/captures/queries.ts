import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { client, got, OURS } from '@/api/client'
import type { Capture } from '@/api/schema'

export const isBusy = (capture: Capture): boolean => capture.state === 'waiting' || capture.state === 'running'

/** Captures that were handed in; asked for often while one is being analysed. */
export function useCaptures(enabled: Ref<boolean>) {
  return useQuery({
    queryKey: ['captures'],
    queryFn: ({ signal }) => got(client.GET('/api/captures', { params: { query: { size: 200 } }, signal })),
    enabled,
    refetchInterval: (query) => (query.state.data?.items.some(isBusy) ? 1_000 : 15_000),
  })
}

export function useDeleteCapture() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (capture: Capture) => got(client.DELETE('/api/captures/{capture}', { params: { path: { capture: capture.id }, header: OURS } })),
    onSettled: () => cache.invalidateQueries({ queryKey: ['captures'] }),
  })
}
