// What must not get into a list that others see, or a file that is sent around: keys, tokens, passwords, cookies
import type { HeaderPair } from './parse-headers.ts'

const BLOT = '***'
/** Shorter ones are blotted out where they stand alone: elsewhere they would blot out half of the text. */
const SHORTEST = 4

/** Whole words of a name. The plural of a token is what models count. */
const WORDS = /^(\w*token|(api|xapi|app|access|auth|client|private|secret|user)?keys?|pass|pwd|otp|sid|sig|signature|jwt|bearer)$/
/** Parts of words. An author and an authority are none. */
const PARTS = /auth(?!or(s|ed|ing|ity|ities)?$)|credential|secret|passw|passphrase|passcode|cookie|session/

/** Named like secrets, and none: they say what is allowed, or asked for. */
const HARMLESS = /^(access-control-.*|(www|proxy)-authenticate)$/i
/** Values that are no secrets, whatever their name, and stand everywhere. */
const COMMON = /^(true|false|null|none|undefined|bearer|basic)$/i

/** Whether a header, or a member of a JSON document, is named as secrets are. */
export function isSecret(name: string): boolean {
  if (HARMLESS.test(name)) return false
  const parts = name.split(/[^A-Za-z\d]+|(?<=[a-z\d])(?=[A-Z])/).map(part => part.toLowerCase())
  return parts.some(part => WORDS.test(part) || PARTS.test(part))
}

/** Whether a parameter of a URL or a form is: logins send their codes in these as well. */
function isSecretParameter(name: string): boolean {
  return name.toLowerCase() === 'code' || isSecret(name)
}

export interface Blotter {
  text(text: string): string
  headers(headers: readonly HeaderPair[]): HeaderPair[]
  /** A request's body, JSON or a form. */
  body(body: string): string
  /** Notes the secrets of another address and its headers: a redirect may have added a token. */
  learn(url: string, headers: readonly HeaderPair[]): void
}

/** Blots out the secrets of a request, wherever they turn up: in its headers, its URL, its body, and in an answer that quotes them. */
export function createBlotter(url: string, headers: readonly HeaderPair[], body = ''): Blotter {
  let secrets: string[] = []

  function keep(values: readonly string[]): void {
    const written = values.flatMap(value => [value, encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\uFFFD')), JSON.stringify(value).slice(1, -1)])
    secrets = [...new Set([...secrets, ...written])].filter(value => value.length >= SHORTEST && !COMMON.test(value))
    // The longest first: what is a part of another must not leave the rest of it standing
    secrets.sort((a, b) => b.length - a.length)
  }

  function learn(from: string, pairs: readonly HeaderPair[]): void {
    keep(pairs.filter(([name]) => isSecret(name)).flatMap(([, value]) => [value, ...partsOf(value)]))
    keep(queryOf(from))
  }

  const blot = (text: string): string => secrets.reduce((rest, secret) => rest.replaceAll(secret, BLOT), text)
  learn(url, headers)
  keep(isJson(body) ? jsonSecrets(body) : formSecrets(body))

  return {
    text: text => blot(blotQuery(text)),
    headers: pairs => pairs.map(([name, value]) => [name, isSecret(name) ? BLOT : blot(blotQuery(value))]),
    body: text => blot(isJson(text) ? blotMembers(text) : blotForm(text)),
    learn,
  }
}

/** What stands behind `Bearer `, and the values of cookies. */
function partsOf(value: string): string[] {
  const [, credentials] = /^[\w-]+ +(.+)$/.exec(value) ?? []
  const cookies = Array.from(value.matchAll(/=([^;]+)/g), ([, cookie = '']) => cookie.trim())
  return [...(credentials === undefined ? [] : [credentials]), ...cookies]
}

function queryOf(url: string): string[] {
  return URL.canParse(url) ? formSecrets(new URL(url).search) : []
}

function formSecrets(text: string): string[] {
  return [...new URLSearchParams(text)].flatMap(([name, value]) => (isSecretParameter(name) ? [value] : []))
}

/** The secrets in the query of a URL, however short. */
function blotQuery(text: string): string {
  return /^(https?:|\/)\S*\?\S+$/.test(text) ? blotParameters(text, /([?&])([^=&#]+)=([^&#]*)/g) : text
}

function blotForm(text: string): string {
  return blotParameters(text, /(^|&)([^=&]+)=([^&]*)/g)
}

function blotParameters(text: string, each: RegExp): string {
  return text.replace(each, (whole, mark: string, name: string) => (isSecretParameter(decode(name)) ? `${mark}${name}=${BLOT}` : whole))
}

/** A name as it is written, which need not be well encoded. */
function decode(name: string): string {
  return new URLSearchParams(`${name}=`).keys().next().value ?? name
}

function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text)
}

/** All that a JSON document holds under the name of a secret, however deep. */
function jsonSecrets(text: string): string[] {
  const found: string[] = []
  try {
    JSON.parse(text, function (this: unknown, name, value: unknown) {
      if (isSecret(name)) found.push(...scalarsOf(value))
      return value
    })
  } catch {
    // It is sent as it stands, and what is still to be recognised in it is blotted out there
    found.push(...Array.from(text.matchAll(MEMBER), ([, name = '', , value = '']) => (isSecret(name) ? value.replace(/^"|"$/g, '') : '')))
  }
  return found
}

function scalarsOf(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(scalarsOf)
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : []
}

/** A member of a JSON document with a text or a number: its name, what is between, and its value. */
const MEMBER = /"((?:[^"\\]|\\.)*)"(\s*:\s*)("(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*)/g

function blotMembers(text: string): string {
  return text.replace(MEMBER, (whole, name: string, between: string) => (isSecret(name) ? `"${name}"${between}"${BLOT}"` : whole))
}
