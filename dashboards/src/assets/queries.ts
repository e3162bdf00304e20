import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { client, got } from '@/api/client'
import type { Asset } from '@/api/schema'

const SIZE = 1000

/** Assets that a text fits; a site has hundreds, so they come at once. */
export function useAssets(text: Ref<string>) {
  return useQuery({
    queryKey: ['assets', 'list', text],
    queryFn: ({ signal }) => got(client.GET('/api/assets', { params: { query: { text: text.value, size: SIZE } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  })
}

export function useAsset(id: Ref<string>) {
  return useQuery({
    queryKey: ['assets', 'one', id],
    queryFn: ({ signal }) => got(client.GET('/api/assets/{asset}', { params: { path: { asset: id.value } }, signal })),
    enabled: computed(() => id.value !== ''),
  })
}

export function useTopology() {
  return useQuery({
    queryKey: ['assets', 'topology'],
    queryFn: ({ signal }) => got(client.GET('/api/assets/topology', { signal })),
    refetchInterval: 60_000,
  })
}

/** Whom an asset talks to, under any of its addresses. */
export function useTalks(asset: Ref<Asset | undefined>) {
  const addresses = computed(() => asset.value?.ips ?? [])
  return useQuery({
    queryKey: ['conversations', addresses],
    async queryFn({ signal }) {
      const pages = await Promise.all(
        addresses.value.map((address) => got(client.GET('/api/conversations', { params: { query: { address, size: 100 } }, signal }))),
      )
      return pages.flatMap((page) => page.items)
    },
    enabled: computed(() => addresses.value.length > 0),
  })
}
