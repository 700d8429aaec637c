/** A promise's methods, on an object that does more. An `async` function that returns it waits for it. */
export type Thenable<T> = Pick<Promise<T>, 'then' | 'catch' | 'finally'>

/** A promise's methods that also tell when somebody asks for its outcome. */
export function thenable<T>(promise: Promise<T>, onAsked: () => void): Thenable<T> {
  function asked() {
    onAsked()
    return promise
  }
  return {
    then: (onFulfilled, onRejected) => asked().then(onFulfilled, onRejected),
    catch: onRejected => asked().catch(onRejected),
    finally: onFinally => asked().finally(onFinally),
  }
}
