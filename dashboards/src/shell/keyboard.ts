import { onBeforeUnmount, onMounted, ref } from 'vue'

/** Whether the list of keys is shown. */
export const keyboardHelp = ref(false)

const TYPING = 'input, textarea, select, [contenteditable], [role="dialog"]'

/** Whether a key press belongs to a form or a dialog, or is meant for the browser. */
export function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true
  return event.target instanceof Element && event.target.closest(TYPING) !== null
}

/** Acts on single keys while the component is on screen; `keys` maps `event.key` to what it does. */
export function useKeys(keys: Record<string, () => void>): void {
  function press(event: KeyboardEvent): void {
    const act = keys[event.key]
    if (!act || isTaken(event)) return
    // A focused button or link keeps its own Enter.
    if (event.key === 'Enter' && event.target instanceof Element && event.target.closest('button, a, summary')) return
    event.preventDefault()
    act()
  }
  onMounted(() => window.addEventListener('keydown', press))
  onBeforeUnmount(() => window.removeEventListener('keydown', press))
}
