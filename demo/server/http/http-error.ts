import type { ServerResponse } from 'node:http'

/** What an error tells besides its status and message. */
export interface ErrorDetails {
  /** For programs, as OpenAI's API has it. */
  code?: string
  headers?: Record<string, string>
}

/** A request that cannot be served, and the status that says so. */
export class HttpError extends Error {
  readonly status: number
  readonly details: ErrorDetails

  constructor(status: number, message: string, details: ErrorDetails = {}) {
    super(message)
    this.status = status
    this.details = details
  }
}

/** An error in the shape that OpenAI's API uses, which every client of it can read, as JSON on one line. */
export function formatError(message: string, type: 'invalid_request_error' | 'server_error', code?: string): string {
  return JSON.stringify({ error: { message, type, ...(code !== undefined && { code }) } })
}

/** Answers with an error in OpenAI's shape. */
export function sendError(res: ServerResponse, status: number, message: string, { code, headers }: ErrorDetails = {}): void {
  res.writeHead(status, { 'Content-Type': 'application/json', ...headers })
  res.end(formatError(message, status < 500 ? 'invalid_request_error' : 'server_error', code))
}

/** Answers with a line of text. */
export function sendText(res: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers })
  res.end(text)
}
