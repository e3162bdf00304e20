/** Hands a capture in. `fetch` cannot tell how much has left, so this is the one request that is not the client's. */
import { OURS } from '@/api/client'
import { ProblemError } from '@/api/problem'
import type { Capture, Place } from '@/api/schema'

export interface Upload {
  done: Promise<Capture>
  cancel: () => void
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** @param progress is told the share that has left, 0 to 1. */
export function upload(file: File, place: Place, progress: (share: number) => void): Upload {
  const request = new XMLHttpRequest()
  const done = new Promise<Capture>((resolve, reject) => {
    const query = new URLSearchParams({ name: file.name, organization: place.organization, site: place.id })
    request.open('POST', `/api/captures?${query}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    for (const [name, value] of Object.entries(OURS)) request.setRequestHeader(name, value)
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total)
    request.onerror = () => reject(ProblemError.unreachable())
    request.onabort = () => reject(new DOMException('', 'AbortError'))
    request.onload = () => {
      const body = parsed(request.responseText)
      if (request.status < 300) resolve(body as Capture)
      else reject(ProblemError.of(request.status, body))
    }
    request.send(file)
  })
  return { done, cancel: () => request.abort() }
}
