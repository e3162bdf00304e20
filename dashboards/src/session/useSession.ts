import { ref } from 'vue'
import { client, got, OURS } from '@/api/client'
import { ProblemError } from '@/api/problem'
import { queries } from '@/api/queries'
import type { Me } from '@/api/schema'
import { speak, type Language } from '@/i18n'

const me = ref<Me | null>(null)
let asked: Promise<void> | null = null

function begin(user: Me): void {
  me.value = user
  speak(user.language)
}

async function ask(): Promise<void> {
  try {
    begin(await got(client.GET('/api/session')))
  } catch (error) {
    if (!(error instanceof ProblemError && error.status === 401)) throw error
  }
}

/** The session ended, by our doing or not. */
function forget(): void {
  me.value = null
  queries.clear()
}

/** Who is signed in, and how that begins and ends. */
export function useSession() {
  return {
    me,
    /** Asks the server once who is signed in. */
    known: (): Promise<void> =>
      (asked ??= ask().catch((error: unknown) => {
        asked = null
        throw error
      })),
    signIn: async (name: string, password: string): Promise<void> =>
      begin(await got(client.POST('/api/session', { params: { header: OURS }, body: { name, password } }))),
    useLink: async (token: string): Promise<void> =>
      begin(await got(client.POST('/api/session/link', { params: { header: OURS }, body: { token } }))),
    async signOut(): Promise<void> {
      await got(client.DELETE('/api/session', { params: { header: OURS } }))
      forget()
    },
    forget,
    async choosePassword(current: string, chosen: string): Promise<void> {
      me.value = await got(client.PUT('/api/session/password', { params: { header: OURS }, body: { current, new: chosen } }))
    },
    async prefer(language: Language): Promise<void> {
      speak(language)
      if (me.value) me.value = await got(client.PATCH('/api/session', { params: { header: OURS }, body: { language } }))
    },
    /** Whether the user may manage users. */
    mayManage: (): boolean => me.value?.role === 'administrator',
    /** Whether the user may read the audit log, which tells of every enterprise. */
    mayAudit: (): boolean => me.value?.role === 'administrator' && me.value.organizations === null,
    /** Whether the user may judge alerts, hand in captures, start inspections and follow repairs. */
    mayJudge: (): boolean => me.value !== null && me.value.role !== 'viewer',
  }
}
