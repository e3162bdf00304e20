import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { client, got, OURS } from '@/api/client'
import type { ChangedUser, NewUser, User } from '@/api/schema'

export type { User }
export const ROLES = ['viewer', 'analyst', 'administrator'] as const

/** What the table says of a user's state, in the order of what matters. */
export function stateOf(user: User): 'disabled' | 'provisional' | 'active' {
  if (user.disabled) return 'disabled'
  return user.provisional ? 'provisional' : 'active'
}

/** What may be changed of a user, as it is. */
export function settings({ display_name, role, organizations, disabled }: User): ChangedUser {
  return { display_name, role, organizations, disabled }
}

export function useUsers() {
  return useQuery({ queryKey: ['users'], queryFn: ({ signal }) => got(client.GET('/api/users', { signal })) })
}

function useChange<Sent, Told>(act: (sent: Sent) => Promise<Told>) {
  const cache = useQueryClient()
  return useMutation({ mutationFn: act, onSettled: () => cache.invalidateQueries({ queryKey: ['users'] }) })
}

export function useCreateUser() {
  return useChange((body: NewUser) => got(client.POST('/api/users', { params: { header: OURS }, body })))
}

export function useChangeUser() {
  return useChange(({ user, body }: { user: User; body: ChangedUser }) =>
    got(client.PUT('/api/users/{user}', { params: { path: { user: user.id }, header: OURS }, body })),
  )
}

export function useRemoveUser() {
  return useChange((user: User) => got(client.DELETE('/api/users/{user}', { params: { path: { user: user.id }, header: OURS } })))
}

export function useResetPassword() {
  return useChange((user: User) => got(client.POST('/api/users/{user}/password', { params: { path: { user: user.id }, header: OURS } })))
}
