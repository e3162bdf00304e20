import { computed, reactive, type Ref } from 'vue'
import type { RowKind } from '@/api/schema'
import { remembered } from '@/shell/remembered'
import { COLUMNS } from './columns'

/** The columns that the user wants for a kind of row, kept by the browser. */
export function useChosenColumns(kind: Ref<RowKind>) {
  const chosen = reactive(new Map<RowKind, string[]>())

  function kept(of: RowKind): string[] {
    const text = remembered(`columns.${of}`).get()
    return text ? text.split(',') : COLUMNS[of]
  }

  return computed<string[]>({
    get: () => chosen.get(kind.value) ?? kept(kind.value),
    set(columns) {
      chosen.set(kind.value, columns)
      remembered(`columns.${kind.value}`).set(columns.join(','))
    },
  })
}
