/** Where to go on after signing in: only paths of our own, for `//elsewhere` would leave the console. */
export function ours(next: unknown): string {
  const path = String(next ?? '')
  return /^\/(?![/\\])/.test(path) ? path : '/overview'
}
