/** What `using` calls at the end of its block. Where a browser lacks the symbol, compilers look for this one in its place. */
export function disposable(dispose: () => void): Disposable {
  return { [Symbol.dispose ?? Symbol.for('Symbol.dispose')]: dispose }
}

/** The same for `await using`. */
export function asyncDisposable(dispose: () => Promise<unknown>): AsyncDisposable {
  return { [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]: dispose } as unknown as AsyncDisposable
}
