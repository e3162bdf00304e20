import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { client, got } from '@/api/client'
import type { RowKind } from '@/api/schema'
import type { Moments } from '@/time/range'

export type Value = string | number | boolean | null
export type Row = Record<string, Value>

/** A search with its times fixed, so that pages, histogram and facets speak of the same rows. */
export interface Asked extends Moments {
  kind: RowKind
  q: string
}

const PAGE = 100
const BUCKETS = 90
const VALUES = 8

function parameters({ kind, q, start, end }: Asked) {
  return { path: { kind }, query: { q, start, end } }
}

export function useRows(asked: Ref<Asked>) {
  return useInfiniteQuery({
    queryKey: ['events', 'rows', asked],
    queryFn({ pageParam, signal }) {
      const { path, query } = parameters(asked.value)
      const params = { path, query: { ...query, size: PAGE, cursor: pageParam } }
      return got(client.GET('/api/events/{kind}', { params, signal }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: Infinity,
  })
}

export function useHistogram(asked: Ref<Asked>) {
  return useQuery({
    queryKey: ['events', 'histogram', asked],
    queryFn({ signal }) {
      const { path, query } = parameters(asked.value)
      return got(client.GET('/api/events/{kind}/histogram', { params: { path, query: { ...query, buckets: BUCKETS } }, signal }))
    },
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
}

export function useFacets(asked: Ref<Asked>, fields: Ref<string[]>) {
  return useQuery({
    queryKey: ['events', 'facets', asked, fields],
    queryFn({ signal }) {
      const { path, query } = parameters(asked.value)
      const params = { path, query: { ...query, field: fields.value, most: VALUES } }
      return got(client.GET('/api/events/{kind}/facets', { params, signal }))
    },
    enabled: computed(() => fields.value.length > 0),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
}
