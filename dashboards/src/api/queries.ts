import { QueryClient } from '@tanstack/vue-query'
import { ProblemError } from './problem'

/** How all server state is kept: fresh for ten seconds, asked again only where that may help. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => error instanceof ProblemError && error.passing && failures < 2,
    },
  },
})
