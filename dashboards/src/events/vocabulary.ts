import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { client, got } from '@/api/client'
import type { FieldCard, RowKind } from '@/api/schema'

const forever = { staleTime: Infinity, gcTime: Infinity }

/** The fields that rows of a kind have. */
export function useFields(kind: Ref<RowKind>) {
  const query = useQuery({
    queryKey: ['fields', kind],
    queryFn: ({ signal }) => got(client.GET('/api/fields', { params: { query: { kind: kind.value } }, signal })),
    ...forever,
  })
  return computed<FieldCard[]>(() => query.data.value?.items ?? [])
}

/** What a field means, in the user's language. */
export function useMeanings() {
  const { locale, t, te } = useI18n()
  const query = useQuery({
    queryKey: ['fields', 'all'],
    queryFn: ({ signal }) => got(client.GET('/api/fields', { signal })),
    ...forever,
  })
  const known = computed(() => new Map((query.data.value?.items ?? []).map((each) => [each.name, each])))
  return {
    field: (name: string): FieldCard | undefined => known.value.get(name),
    /** A word or two for the head of a column; what it means where nobody wrote one. */
    title(name: string): string {
      const key = `events.titles.${name.replace('@', '').replaceAll('.', '_')}`
      return te(key) ? t(key) : this.meaning(name) || name
    },
    meaning(name: string): string {
      const found = known.value.get(name)
      return found ? (locale.value === 'zh' && found.zh) || found.en : ''
    },
  }
}

/** The classes of messages in the user's language. */
export function useCommands() {
  const { locale } = useI18n()
  const query = useQuery({
    queryKey: ['commands'],
    queryFn: ({ signal }) => got(client.GET('/api/commands', { signal })),
    ...forever,
  })
  const known = computed(() => new Map((query.data.value?.items ?? []).map((each) => [each.name, each])))
  return {
    commands: computed(() => [...known.value.values()]),
    commandName(name: unknown): string {
      const found = known.value.get(String(name))
      return found ? (locale.value === 'en' ? found.en.replace(/ (Command|Message)$/, '') : found.zh) : String(name ?? '–')
    },
  }
}
