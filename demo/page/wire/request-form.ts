// The form: where to, by which method, with what; checked before anything is sent
import { element } from '../shell/elements.ts'
import { say } from '../shell/language.ts'
import { messageOf } from '../shell/message-of.ts'
import { parseHeaders, type HeaderPair } from './parse-headers.ts'
import { PRESETS, type Preset } from './presets.ts'
import type { InspectorRequest } from './session.ts'
import { words } from './words.ts'

export interface RequestForm {
  /** Writes what it says itself, in the visitor's language. */
  label(): void
}

/** @param onOpen hears what is to be opened, when it has been found to be in order */
export function createRequestForm(onOpen: (request: InspectorRequest) => void): RequestForm {
  const form = element('request', HTMLFormElement)
  const url = element('url', HTMLInputElement)
  const method = element('method', HTMLSelectElement)
  const headers = element('headers', HTMLTextAreaElement)
  const body = element('body', HTMLTextAreaElement)
  const lastEventId = element('last-event-id', HTMLInputElement)
  const reconnect = element('reconnect', HTMLInputElement)
  const rules = element('rules', HTMLElement)
  const more = element('more', HTMLDetailsElement)

  function label(): void {
    const { rules: told } = say(words)
    element('body-field', HTMLElement).hidden = method.value === 'GET'
    if (!reconnect.checked) rules.textContent = told.off
    else rules.textContent = method.value === 'GET' ? told.GET : told.other
    if (form.querySelector('[aria-invalid]')) check()
    warn()
  }

  /** Checks all fields, and says under each what is wrong with it. */
  function check(): InspectorRequest | undefined {
    const said = say(words)
    const { headers: pairs, problems } = parseHeaders(headers.value, isAllowed)
    const target = readUrl(url.value)
    const request: InspectorRequest = {
      method: method.value,
      url: target.href,
      headers: pairs,
      body: method.value === 'GET' || body.value === '' ? undefined : body.value,
      lastEventId: lastEventId.value.trim(),
      reconnect: reconnect.checked,
    }
    const headerProblem = problems.map(({ line, fault, found }) => said.header(line, said.headers[fault](found))).join('\n')
    complain(headers, headerProblem)
    complain(url, target.problem || (headerProblem === '' ? refusal(request) : ''))
    return form.querySelector('[aria-invalid]') ? undefined : request
  }

  /** Of a body that is not what its content type says. It is sent all the same: to see what a server makes of it is what this page is for. */
  function warn(): void {
    const warning = element('body-problem', HTMLElement)
    const { headers: pairs } = parseHeaders(headers.value)
    warning.textContent = method.value === 'GET' || body.value === '' || !isJson(pairs) ? '' : jsonProblem(body.value)
  }

  function fill(preset: Preset): void {
    url.value = preset.url
    method.value = preset.method
    headers.value = (preset.headers ?? []).map(pair => pair.join(': ')).join('\n')
    body.value = preset.body ?? ''
    lastEventId.value = ''
    for (const field of [url, headers]) complain(field, '')
    if (preset.headers || preset.body) more.open = true
    label()
  }

  form.addEventListener('submit', event => {
    event.preventDefault()
    const request = check()
    if (request) return onOpen(request)
    // What is wrong must not lie in a part that is closed
    if (headers.ariaInvalid) more.open = true
    form.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  })
  form.addEventListener('input', label)
  method.addEventListener('change', () => {
    // There is a body to be written
    if (method.value !== 'GET') more.open = true
  })
  for (const [id, preset] of Object.entries(PRESETS)) element(`preset-${id}`, HTMLButtonElement).addEventListener('click', () => fill(preset))

  // Other pages lead here with an address; only Open sends anything there
  const given = new URLSearchParams(location.search).get('url')
  if (given) url.value = given
  label()
  return { label }
}

function complain(field: HTMLElement, problem: string): void {
  element(`${field.id}-problem`, HTMLElement).textContent = problem
  if (problem === '') field.removeAttribute('aria-invalid')
  else field.setAttribute('aria-invalid', 'true')
}

function readUrl(text: string): { href: string; problem: string } {
  const { url: said } = say(words)
  const written = text.trim()
  if (written === '') return { href: '', problem: said.empty }
  let target: URL
  try {
    target = new URL(written, location.href)
  } catch {
    return { href: '', problem: said.invalid(written) }
  }
  const { href, protocol, username, password, hostname } = target
  if (protocol !== 'http:' && protocol !== 'https:') return { href, problem: said.protocol(protocol) }
  if (username !== '' || password !== '') return { href, problem: said.credentials }
  const isLocal = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
  if (location.protocol === 'https:' && protocol === 'http:' && !isLocal) return { href, problem: said.mixed }
  target.hash = ''
  return { href: target.href, problem: '' }
}

/** What the platform's own check finds, which would otherwise look like a network that fails. */
function refusal({ url, method, headers }: InspectorRequest): string {
  try {
    void new Request(url, { method, headers })
    return ''
  } catch (error) {
    return say(words).url.refused(messageOf(error))
  }
}

/** Whether the browser sends such a header for a page. It drops those that it keeps to itself, `Cookie` for one, without a word. */
function isAllowed(name: string): boolean {
  return new Request(location.href, { headers: [[name, 'x']] }).headers.has(name)
}

function isJson(headers: readonly HeaderPair[]): boolean {
  return headers.some(([name, value]) => name.toLowerCase() === 'content-type' && /^application\/([\w.+-]+\+)?json\b/i.test(value))
}

function jsonProblem(text: string): string {
  try {
    JSON.parse(text)
    return ''
  } catch (error) {
    return say(words).notJson(messageOf(error))
  }
}
