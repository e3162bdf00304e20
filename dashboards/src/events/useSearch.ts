import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { ProblemError } from '@/api/problem'
import { resolve } from '@/time/range'
import type { Asked } from './queries'
import { narrowed, searchFrom, searchTo, type Search } from './search'

/** The search of the page: what the address says, what is typed, and what was last asked for. */
export function useSearch() {
  const route = useRoute()
  const router = useRouter()
  const search = computed(() => searchFrom(route.query))
  const typed = ref(search.value.q)
  const error = shallowRef<Error | null>(null)

  function fixed(): Asked {
    const { kind, q, range } = search.value
    return { kind, q, ...resolve(range, Date.now()) }
  }

  const asked = ref(fixed())
  watch(search, (now, old) => {
    if (JSON.stringify(now) === JSON.stringify(old)) return
    typed.value = now.q
    asked.value = fixed()
  })

  function set(part: Partial<Search>): void {
    void router.push({ query: searchTo({ ...search.value, q: typed.value.trim(), ...part }) })
  }

  return {
    search,
    typed,
    asked,
    /** The query was understood by nobody: only then the fault lies in its text. */
    fault: computed(() => {
      const found = error.value
      return found instanceof ProblemError && found.status === 400 && asked.value.q ? found : null
    }),
    /** Where the errors of the search come from. */
    problem(from: Ref<Error | null>): void {
      watch(from, (now) => (error.value = now), { immediate: true })
    },
    set,
    /** Asks for what is typed; once more, where nothing changed but the clock. */
    run(): void {
      if (typed.value.trim() === search.value.q) asked.value = fixed()
      else set({})
    },
    narrow(field: string, value: unknown, without: boolean): void {
      set({ q: narrowed(typed.value, field, value, without) })
    },
  }
}
