import { useQuery } from '@tanstack/vue-query'
import { registerMap } from 'echarts/core'
import { computed, type Ref } from 'vue'

const forever = { staleTime: Infinity, gcTime: Infinity, retry: false }

async function file<Data>(path: string): Promise<Data> {
  const answer = await fetch(`/data/${path}`)
  if (!answer.ok) throw new Error(path)
  return (await answer.json()) as Data
}

/** Names of regions by code. */
export function useRegionNames() {
  return useQuery({ queryKey: ['regions'], queryFn: () => file<Record<string, string>>('regions.json'), ...forever })
}

/** The outlines of a province, known to ECharts by its code once this has data. */
export function useOutline(code: Ref<string>) {
  return useQuery({
    queryKey: ['outline', code],
    async queryFn() {
      registerMap(code.value, await file<Parameters<typeof registerMap>[1] & object>(`map/${code.value}.json`) as never)
      return code.value
    },
    enabled: computed(() => code.value !== ''),
    ...forever,
  })
}
