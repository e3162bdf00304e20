import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import { queries } from '@/api/queries'
import { i18n, speak } from '@/i18n'
import { router } from '@/router'
import App from '@/shell/App.vue'
import { vuetify } from '@/theme/vuetify'
import 'vuetify/styles/core'
import '@/theme/base.css'
import '@/theme/pages.css'
import '@/theme/parts.css'
import '@/theme/table.css'

speak(i18n.global.locale.value)
createApp(App).use(vuetify).use(i18n).use(router).use(VueQueryPlugin, { queryClient: queries }).mount('#app')
