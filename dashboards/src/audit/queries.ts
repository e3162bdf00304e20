import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { client, got } from '@/api/client'
import { parameters, type Filter } from './filter'

const PAGE = 100

/** The audit log, newest first, page by page. */
export function useAudit(filter: Ref<Filter>) {
  return useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) =>
      got(client.GET('/api/audit', { params: { query: { ...parameters(filter.value, Date.now()), size: PAGE, cursor: pageParam } }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  })
}
