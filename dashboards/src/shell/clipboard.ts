/** Copies a text; whether it could. Browsers lend the clipboard itself only to pages that came by https or from this
 * machine, and in a plant the console often comes by http: there a field that is selected and copied serves. */
export async function copied(text: string): Promise<boolean> {
  if ('clipboard' in navigator) return navigator.clipboard.writeText(text).then(() => true, () => false)
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  // Beside what was clicked: a dialog takes the focus away from everything outside of it.
  const before = document.activeElement
  ;(before?.parentElement ?? document.body).append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (before instanceof HTMLElement) before.focus()
  return done
}
