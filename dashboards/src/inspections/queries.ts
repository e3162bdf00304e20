import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { client, got, OURS } from '@/api/client'
import type { Finding } from '@/api/schema'

export const VERDICTS = ['not_met', 'met', 'not_applicable', 'not_observable'] as const
export type Verdict = (typeof VERDICTS)[number]
export const REPAIRS = ['none_needed', 'open', 'in_progress', 'done', 'verified'] as const
export type Repair = Finding['rectification']
export const FORMS = ['pdf', 'docx', 'json'] as const

export function useInspections() {
  return useQuery({
    queryKey: ['inspections', 'list'],
    queryFn: ({ signal }) => got(client.GET('/api/inspections', { params: { query: { size: 200 } }, signal })),
  })
}

export function useInspection(id: Ref<string>) {
  return useQuery({
    queryKey: ['inspections', 'one', id],
    queryFn: ({ signal }) => got(client.GET('/api/inspections/{inspection}', { params: { path: { inspection: id.value } }, signal })),
  })
}

/** Says how the repair of a finding stands. */
export function useRepair(id: Ref<string>) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ requirement, state }: { requirement: string; state: Repair }) =>
      got(
        client.PUT('/api/inspections/{inspection}/findings/{requirement}/rectification', {
          params: { path: { inspection: id.value, requirement }, header: OURS },
          body: { state },
        }),
      ),
    onSuccess: (inspection) => cache.setQueryData(['inspections', 'one', inspection.id], inspection),
  })
}

/** Address of a report, which the browser downloads by itself. */
export function reportAddress(id: string, form: (typeof FORMS)[number], language: string): string {
  return `/api/inspections/${encodeURIComponent(id)}/report?form=${form}&language=${language}`
}
