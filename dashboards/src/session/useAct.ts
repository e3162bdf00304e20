import { ref } from 'vue'
import { ProblemError } from '@/api/problem'

/** Something that a form sends once at a time, and what went wrong, in words.
 *
 * @param words what to say of a problem.
 */
export function useAct(words: (problem: ProblemError) => string) {
  const busy = ref(false)
  const failure = ref('')
  return {
    busy,
    failure,
    async act(send: () => Promise<unknown>): Promise<void> {
      busy.value = true
      failure.value = ''
      try {
        await send()
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error
        failure.value = words(error)
      } finally {
        busy.value = false
      }
    },
  }
}
