import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, watch, type Ref } from 'vue'
import { client, got, OURS } from '@/api/client'
import type { Finding, Run } from '@/api/schema'

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

export const isBusy = ({ state }: Run): boolean => state === 'waiting' || state === 'running'

/** Inspections that were asked for; asked for often while one is at work. */
export function useRuns() {
  const cache = useQueryClient()
  const query = useQuery({
    queryKey: ['inspections', 'runs'],
    queryFn: ({ signal }) => got(client.GET('/api/inspections/runs', { params: { query: { size: 20 } }, signal })),
    refetchInterval: (query) => (query.state.data?.items.some(isBusy) ? 1_000 : 30_000),
  })
  const over = computed(() => (query.data.value?.items ?? []).filter((run) => !isBusy(run)).length)
  watch(over, () => void cache.invalidateQueries({ queryKey: ['inspections', 'list'] }))
  return query
}

export interface Order {
  captures: string[]
  level: number
  register: File | null
}

/** Asks for an inspection; the list of assets is sent byte for byte, whatever its encoding. */
export function useOrder() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ captures, level, register }: Order) =>
      got(
        client.POST('/api/inspections', {
          params: { query: { capture: captures, level, register_name: register?.name ?? '' }, header: OURS },
          // The client's type of a file's bytes is text.
          body: (register ?? undefined) as string | undefined,
          bodySerializer: (body: unknown) => body as BodyInit,
          headers: { 'Content-Type': 'application/octet-stream' },
        }),
      ),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['inspections', 'runs'] }),
  })
}

/** Ends a run that waits or is under way. */
export function useCancel() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (run: Run) => got(client.POST('/api/inspections/runs/{run}/cancel', { params: { path: { run: run.id }, header: OURS } })),
    onSettled: () => cache.invalidateQueries({ queryKey: ['inspections', 'runs'] }),
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
