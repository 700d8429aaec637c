import { StreamError } from '../errors.ts'
import type { ServerSentEvent } from '../sse/parser.ts'

/** Any schema of the [Standard Schema](https://standardschema.dev) family: zod, valibot, arktype … */
export interface StandardSchema<Output = unknown> {
  /** What the standard asks for: a function that checks a value, or makes another one of it. */
  readonly '~standard': {
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
  }
}

type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly { readonly message: string }[] }

/** Makes a value of an event's data: a function of the text, or a schema for the JSON that it holds. */
export type Decoder<Data = unknown> = ((data: string) => Data | Promise<Data>) | StandardSchema<Data>

type DecodedEvent = Omit<ServerSentEvent, 'data'> & { data: unknown }

/** What decoders make, by type of event; a message that has none keeps its text. */
export type DecodedBy<Decoders> = {
  // A schema may be callable besides, and then gives something else
  [Type in keyof Decoders | 'message']: Type extends keyof Decoders
    ? Decoders[Type] extends StandardSchema<infer Data> ? Data
      : Decoders[Type] extends (data: string) => infer Data ? Awaited<Data> : string
    : string
}

/** @throws {TypeError} where one of them is none */
export function checkDecoders(decoders: Record<string, Decoder>): Map<string, Decoder> {
  const known = new Map(Object.entries(decoders))
  for (const [type, decoder] of known) {
    if (typeof decoder !== 'function' && !isSchema(decoder)) {
      throw new TypeError(`Cannot decode ${type}: neither a function nor a Standard Schema: ${String(decoder)}`)
    }
  }
  return known
}

/** The event with its data decoded, or why it can't be: by what the decoder threw, or by the schema's issues. */
export async function decodeEvent(decoder: Decoder, event: ServerSentEvent): Promise<DecodedEvent | StreamError> {
  try {
    return { ...event, data: await (isSchema(decoder) ? validate(decoder, event.data) : decoder(event.data)) }
  } catch (cause) {
    const why = Array.isArray(cause) ? cause.map(issue => (issue as Error).message).join(', ') : String(cause)
    return new StreamError('decode', `Cannot decode ${event.type}: ${why}`, { cause, event })
  }
}

async function validate(schema: StandardSchema, json: string): Promise<unknown> {
  const result = await schema['~standard'].validate(JSON.parse(json))
  if (result.issues) throw result.issues
  return result.value
}

/** A schema may be a function too. */
function isSchema(decoder: Decoder): decoder is StandardSchema {
  return '~standard' in Object(decoder)
}
