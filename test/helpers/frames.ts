/** The page's next frame, and its time. */
export const nextFrame = () => new Promise<number>(resolve => requestAnimationFrame(resolve))

/** Waits until frames come as they should: a browser that has only just started may take seconds for its first ones. */
export async function warmUp(): Promise<void> {
  let last = await nextFrame()
  for (let quick = 0, frame = 0; quick < 3 && frame < 100; frame++) {
    const time = await nextFrame()
    quick = time - last < 100 ? quick + 1 : 0
    last = time
  }
}
