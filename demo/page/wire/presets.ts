// Addresses of the demo's own server to begin with
import type { HeaderPair } from './parse-headers.ts'

export interface Preset { url: string; method: 'GET' | 'POST'; headers?: HeaderPair[]; body?: string }

const JSON_TYPE: HeaderPair = ['Content-Type', 'application/json']

function chat(content: string): Pick<Preset, 'method' | 'headers' | 'body'> {
  const body = `{
  "messages": [{ "role": "user", "content": ${JSON.stringify(content)} }],
  "stream": true,
  "stream_options": { "include_usage": true }
}`
  return { method: 'POST', headers: [JSON_TYPE], body }
}

export const PRESETS = {
  feed: { url: '/events', method: 'GET' },
  chat: { url: '/api/chat', ...chat('Why does an answer arrive in pieces?') },
  drop: { url: '/faults/drop', method: 'GET' },
  refused: { url: '/faults/429', ...chat('Are you very busy?') },
} satisfies Record<string, Preset>
