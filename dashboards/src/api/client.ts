/** The generated client: every request of the console goes through it, but for the upload and the live stream. */
import createClient, { type Middleware } from 'openapi-fetch'
import { ProblemError } from './problem'
import type { paths } from './schema'

/** Header that everything that changes something carries: it shows that the console sends it and no other page. */
export const OURS = { 'X-Liaowang': '1' } as const

let turnedAway: () => void = () => undefined

/** What to do when the session has ended. */
export function onTurnedAway(act: () => void): void {
  turnedAway = act
}

const refusals: Middleware = {
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && !schemaPath.startsWith('/api/session')) turnedAway()
  },
}

export const client = createClient<paths>({
  baseUrl: '/',
  querySerializer: { array: { style: 'form', explode: true } },
})
client.use(refusals)

interface Answer<Data> {
  data?: Data
  error?: unknown
  response: Response
}

/** The body of an answer.
 *
 * @throws ProblemError where the answer is a problem, or none came.
 */
export async function got<Data>(request: Promise<Answer<Data>>): Promise<Data> {
  let answer: Answer<Data>
  try {
    answer = await request
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw ProblemError.unreachable()
  }
  if (!answer.response.ok) throw ProblemError.of(answer.response.status, answer.error)
  return answer.data as Data
}
