import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { HttpError } from './http-error.ts'

/** Says of a host name, as a browser gives it, whether it is one of this server's. */
export type HostCheck = (name: string) => boolean

/**
 * Refuses pages of other sites.
 *
 * Such a page can post here from its visitor's browser: it could not read the answer, but the owner of the key would pay for it.
 * Browsers say where a request comes from; other clients say nothing and are welcome. Nor does a browser call it another site where
 * a name that has led to the page's own server leads to this one meanwhile; only the name itself tells.
 *
 * @param isOurs which names this server has, if that matters
 * @throws {HttpError} 403
 */
export function refuseStrangers(req: IncomingMessage, isOurs: HostCheck = () => true): void {
  const { host = '', origin, 'sec-fetch-site': site = siteOf(origin, host) } = req.headers
  if (site !== 'same-origin' && site !== 'none') throw new HttpError(403, `Cannot answer a page of another origin: ${origin ?? site}`)
  const name = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : ''
  if (!isOurs(name)) {
    throw new HttpError(403, `Cannot answer under a name that is not in ALLOWED_HOSTS: ${host}`, { code: 'unknown_host' })
  }
}

/**
 * The names under which a server is asked that has a key to spend: `localhost`, what HOST and ALLOWED_HOSTS say, and any address in
 * numbers, as only a name can be made to lead elsewhere.
 */
export function readHosts({ HOST = '', ALLOWED_HOSTS = '' }: Record<string, string | undefined>): HostCheck {
  const names = new Set(['localhost', HOST, ...ALLOWED_HOSTS.split(',')].map(name => name.trim().toLowerCase()).filter(Boolean))
  return name => names.has(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0
}

/** What Sec-Fetch-Site would say: browsers leave it out where they ask a host without https that is not this machine. */
function siteOf(origin: string | undefined, host: string): string {
  if (origin === undefined) return 'none'
  return origin.replace(/^https?:\/\//, '') === host ? 'same-origin' : 'cross-site'
}
