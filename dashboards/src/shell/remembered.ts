/** One small choice of the user, kept by the browser; forgotten where it may keep nothing. */
export function remembered(key: string) {
  const name = `liaowang.${key}`
  return {
    get(): string | null {
      try {
        return localStorage.getItem(name)
      } catch {
        return null
      }
    },
    set(value: string): void {
      try {
        localStorage.setItem(name, value)
      } catch {
        // A browser that keeps nothing still shows everything.
      }
    },
  }
}
