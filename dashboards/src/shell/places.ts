import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { client, got } from '@/api/client'

const LONG = 5 * 60_000

/** Enterprises the user may see, with their names and their kind and level (分类分级) in words by id. */
export function useEnterprises() {
  const { t } = useI18n()
  const query = useQuery({
    queryKey: ['enterprises'],
    queryFn: ({ signal }) => got(client.GET('/api/enterprises', { signal })),
    staleTime: LONG,
  })
  const enterprises = computed(() => query.data.value?.items ?? [])
  const names = computed(() => new Map(enterprises.value.map((each) => [each.id, each.name])))
  return {
    enterprises,
    enterpriseName: (id: string): string => names.value.get(id) ?? id,
    enterpriseClass(id: string): string {
      const found = enterprises.value.find((each) => each.id === id)
      return found ? `${t(`enterprises.kinds.${found.kind}`)} · ${t(`enterprises.levels.${found.level}`)}` : ''
    },
  }
}

/** Sites the user may see, and their names by enterprise and id. */
export function useSites() {
  const query = useQuery({
    queryKey: ['sites'],
    queryFn: ({ signal }) => got(client.GET('/api/sites', { signal })),
    staleTime: LONG,
  })
  const sites = computed(() => query.data.value?.items ?? [])
  const names = computed(() => new Map(sites.value.map((each) => [`${each.organization}/${each.id}`, each.name])))
  return { sites, siteName: (organization: string, id: string): string => names.value.get(`${organization}/${id}`) ?? id }
}
