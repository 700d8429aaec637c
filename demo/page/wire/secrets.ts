// What must not get into a list that others see, or a file that is sent around: keys, tokens, cookies
import type { HeaderPair } from './parse-headers.ts'

const BLOT = '***'
/** Shorter ones would blot out half of the text. */
const SHORTEST = 6

/** Whether a header, or a parameter of a URL, is named as secrets are. */
export function isSecret(name: string): boolean {
  return /(authorization|cookie|(^|[-_.])(x?api)?(key|token|secret|password|passwd|signature|sig|session|jwt))$/i.test(name)
    || /(apikey|accesstoken)$/i.test(name)
}

export interface Blotter {
  text(text: string): string
  headers(headers: readonly HeaderPair[]): HeaderPair[]
}

/** Blots out the secrets of a request, wherever they turn up: in its headers, its URL, and in an answer that quotes them. */
export function createBlotter(url: string, headers: readonly HeaderPair[]): Blotter {
  const found = [...headers, ...queryOf(url)].filter(([name]) => isSecret(name)).flatMap(([, value]) => [value, ...partsOf(value)])
  const encoded = found.flatMap(value => [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])
  // The longest first: what is a part of another must not leave the rest of it standing
  const secrets = [...new Set(encoded)].filter(value => value.length >= SHORTEST)
  secrets.sort((a, b) => b.length - a.length)

  const blot = (text: string): string => secrets.reduce((rest, secret) => rest.replaceAll(secret, BLOT), text)
  return {
    text: text => blot(blotQuery(text)),
    headers: pairs => pairs.map(([name, value]) => [name, isSecret(name) ? BLOT : blot(value)]),
  }
}

/** What stands behind `Bearer `, and the values of cookies. */
function partsOf(value: string): string[] {
  const [, credentials] = /^[\w-]+ +(.+)$/.exec(value) ?? []
  const cookies = Array.from(value.matchAll(/=([^;]+)/g), ([, cookie = '']) => cookie.trim())
  return [...(credentials === undefined ? [] : [credentials]), ...cookies]
}

function queryOf(url: string): HeaderPair[] {
  return URL.canParse(url) ? [...new URL(url).searchParams] : []
}

/** The secrets in the query of a URL, however short. */
function blotQuery(text: string): string {
  if (!/^(https?:|\/)\S*\?\S+$/.test(text)) return text
  return text.replace(/([?&])([^=&#]+)=([^&#]*)/g, (whole, mark: string, name: string) => (isSecret(name) ? `${mark}${name}=${BLOT}` : whole))
}
