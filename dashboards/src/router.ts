import { createRouter, createWebHistory } from 'vue-router'
import { onTurnedAway } from '@/api/client'
import AppShell from '@/shell/AppShell.vue'
import { useSession } from '@/session/useSession'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title. */
    title?: string
    /** May be seen without a session. */
    open?: boolean
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    {
      path: '/sign-in',
      name: 'sign-in',
      component: () => import('@/session/SignInPage.vue'),
      meta: { open: true, title: 'session.signIn' },
    },
    {
      path: '/password',
      name: 'password',
      component: () => import('@/session/PasswordPage.vue'),
      meta: { title: 'session.own' },
    },
    {
      path: '/',
      component: AppShell,
      redirect: '/overview',
      children: [
        { path: 'overview', component: () => import('@/overview/OverviewPage.vue'), meta: { title: 'nav.overview' } },
        { path: 'alerts/:id?', component: () => import('@/alerts/AlertsPage.vue'), meta: { title: 'nav.alerts' } },
        { path: 'events', component: () => import('@/events/EventsPage.vue'), meta: { title: 'nav.events' } },
        { path: 'assets/:id?', component: () => import('@/assets/AssetsPage.vue'), meta: { title: 'nav.assets' } },
        { path: 'inspections', component: () => import('@/inspections/InspectionsPage.vue'), meta: { title: 'nav.inspections' } },
        { path: 'inspections/:id', component: () => import('@/inspections/InspectionPage.vue'), meta: { title: 'nav.inspections' } },
        { path: 'users', component: () => import('@/users/UsersPage.vue'), meta: { title: 'nav.users' } },
        { path: 'audit', component: () => import('@/audit/AuditPage.vue'), meta: { title: 'nav.audit' } },
        { path: ':rest(.*)*', component: () => import('@/shell/LostPage.vue'), meta: { title: 'shell.lost' } },
      ],
    },
  ],
})

const session = useSession()

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  await session.known().catch(() => undefined)
  if (!session.me.value) return { name: 'sign-in', query: { next: to.fullPath } }
  // With a password that someone else chose nothing but choosing another is possible.
  return session.me.value.provisional && to.name !== 'password' ? { name: 'password', query: { next: to.fullPath } } : true
})

onTurnedAway(() => {
  session.forget()
  const here = router.currentRoute.value
  if (!here.meta.open) void router.push({ name: 'sign-in', query: { next: here.fullPath } })
})
