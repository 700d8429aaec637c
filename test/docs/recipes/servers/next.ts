// app/api/chat/route.ts
import { ask } from './ask'

export async function POST(request: Request) {
  const { messages } = await request.json()
  return ask(messages, request.signal)
}
