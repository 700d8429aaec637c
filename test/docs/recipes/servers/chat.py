import os

import anyio
import httpx
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

app = FastAPI()


@app.post("/api/chat")
async def chat(request: Request):
    messages = (await request.json())["messages"]
    base = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")
    client = httpx.AsyncClient(timeout=httpx.Timeout(10, read=None))
    question = client.build_request(
        "POST",
        f"{base}/chat/completions",
        headers={"authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"},
        json={"model": "gpt-4o-mini", "messages": messages, "stream": True},
    )

    async def close():
        # A reader who leaves ends the generation, though this is cancelled then
        with anyio.CancelScope(shield=True):
            await client.aclose()

    try:
        answer = await client.send(question, stream=True)
    except BaseException:
        await close()
        raise

    async def pieces():
        try:
            async for piece in answer.aiter_bytes():
                yield piece
        finally:
            await close()

    headers = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}
    for name in ("content-type", "retry-after"):
        if name in answer.headers:
            headers[name] = answer.headers[name]
    return StreamingResponse(pieces(), status_code=answer.status_code, headers=headers)
