/** Asks the provider, and passes on what it streams as it is; the key stays on the server. */
export async function ask(messages: unknown, signal: AbortSignal, env: Record<string, string | undefined> = process.env): Promise<Response> {
  const answer = await fetch(`${env['OPENAI_BASE_URL'] ?? 'https://api.openai.com/v1'}/chat/completions`, {
    method: 'POST',
    signal, // a reader who leaves ends the generation
    headers: { 'content-type': 'application/json', authorization: `Bearer ${env['OPENAI_API_KEY']}` },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages, stream: true }),
  })
  // No proxy may hold the stream back, nor pack it
  const headers = new Headers({ 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' })
  for (const name of ['content-type', 'retry-after']) {
    const value = answer.headers.get(name)
    if (value) headers.set(name, value)
  }
  return new Response(answer.body, { status: answer.status, headers })
}
