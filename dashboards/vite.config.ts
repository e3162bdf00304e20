import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import vuetify from 'vite-plugin-vuetify'
import { referenceData } from './data/plugin'

const target = process.env.LIAOWANG_API ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [vue(), vuetify({ autoImport: true }), referenceData()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': target } },
  build: {
    target: 'es2022',
    // The content policy of the server allows no data: addresses but for pictures.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'echarts', test: /node_modules[\\/](echarts|zrender|vue-echarts)/, priority: 3 },
            { name: 'vuetify', test: /node_modules[\\/]vuetify/, priority: 2 },
            { name: 'vendor', test: /node_modules/, priority: 1 },
          ],
        },
      },
    },
  },
})
