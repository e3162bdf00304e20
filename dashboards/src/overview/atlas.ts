import { useQuery } from '@tanstack/vue-query'
import { registerMap } from 'echarts/core'
import { computed, type Ref } from 'vue'

const forever = { staleTime: Infinity, gcTime: Infinity, retry: false }

interface Outline {
  features: { properties: { name: string; cp?: [number, number] } }[]
}

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
      const outline = await file<Outline>(`map/${code.value}.json`)
      // Names stand in the middle of a city's area, not on its seat: seats of neighbours lie too close together.
      for (const { properties } of outline.features) delete properties.cp
      registerMap(code.value, outline as never)
      return code.value
    },
    enabled: computed(() => code.value !== ''),
    ...forever,
  })
}
