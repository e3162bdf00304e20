import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { client, got } from '@/api/client'
import { resolve, type Range } from '@/time/range'

const AGAIN = 30_000
const BUCKETS = 48

function options(name: string, range: Ref<Range>) {
  return { queryKey: ['overview', name, range], placeholderData: keepPreviousData, refetchInterval: AGAIN }
}

/** Alerts of the time, counted, and the newest. */
export function useOverview(range: Ref<Range>) {
  return useQuery({
    ...options('whole', range),
    queryFn: ({ signal }) => got(client.GET('/api/overview', { params: { query: resolve(range.value, Date.now()) }, signal })),
  })
}

export function useTimeline(range: Ref<Range>) {
  return useQuery({
    ...options('timeline', range),
    queryFn: ({ signal }) =>
      got(client.GET('/api/overview/timeline', { params: { query: { ...resolve(range.value, Date.now()), buckets: BUCKETS } }, signal })),
  })
}

export function useProtocols(range: Ref<Range>) {
  return useQuery({
    ...options('protocols', range),
    queryFn: ({ signal }) => got(client.GET('/api/overview/protocols', { params: { query: resolve(range.value, Date.now()) }, signal })),
  })
}

export function useRegions(range: Ref<Range>) {
  return useQuery({
    ...options('regions', range),
    queryFn: ({ signal }) => got(client.GET('/api/overview/regions', { params: { query: resolve(range.value, Date.now()) }, signal })),
  })
}

export function useUnseen(range: Ref<Range>) {
  return useQuery({
    ...options('unseen', range),
    queryFn: ({ signal }) => got(client.GET('/api/overview/unseen', { params: { query: resolve(range.value, Date.now()) }, signal })),
  })
}
