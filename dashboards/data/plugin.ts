/** Locked build inputs as files under `data/`, in the build and on the development server alike. */
import type { Plugin } from 'vite'
import { maps } from './maps'
import { vendors } from './oui'
import { regions } from './regions'

function files(): Map<string, string> {
  const all = new Map([
    ['data/oui.json', JSON.stringify(vendors())],
    ['data/regions.json', JSON.stringify(regions())],
  ])
  for (const [code, text] of maps()) all.set(`data/map/${code}.json`, text)
  return all
}

export function referenceData(): Plugin {
  return {
    name: 'liaowang-reference-data',
    generateBundle() {
      for (const [fileName, source] of files()) this.emitFile({ type: 'asset', fileName, source })
    },
    configureServer(server) {
      const all = files()
      server.middlewares.use((request, response, next) => {
        const text = all.get((request.url ?? '').slice(1).split('?')[0] ?? '')
        if (text === undefined) return next()
        response.setHeader('Content-Type', 'application/json')
        response.end(text)
      })
    },
  }
}
