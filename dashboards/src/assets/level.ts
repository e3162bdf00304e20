/** Levels of the Purdue model, top first; the last is for what is not known. */
export const LEVELS = [5, 4, 3.5, 3, 2, 1, 0] as const

/** `L1`, `L3.5`, or a dash. */
export function levelName(level: number | null): string {
  return level === null ? '–' : `L${level}`
}
