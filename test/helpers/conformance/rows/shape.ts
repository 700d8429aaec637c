// The object's shape, as Web IDL makes it of the standard's interface
import { rowOfCases, WINDOW_AND_WORKER, type Check, type Row } from '../row.ts'
import { holds, same, throws } from '../tools.ts'

const STATES = { CONNECTING: 0, OPEN: 1, CLOSED: 2 }
const HANDLERS = ['onopen', 'onmessage', 'onerror'] as const

const flagsOf = ({ writable, enumerable, configurable }: PropertyDescriptor = {}) => ({ writable, enumerable, configurable })

function descriptor(object: object, name: PropertyKey): PropertyDescriptor {
  const found = Object.getOwnPropertyDescriptor(object, name)
  holds(found, `${String(name)} is an own property`)
  return found
}

/** What the constant is read of: the class, or its prototype. */
function constant(name: keyof typeof STATES, holder: () => object): Check {
  return () => {
    const found = descriptor(holder(), name)
    same(found.value, STATES[name], name)
    same(flagsOf(found), { writable: false, enumerable: true, configurable: false }, `the property ${name}`)
  }
}

function accessor(name: string, isReadOnly: boolean): Check {
  return () => {
    const found = descriptor(EventSource.prototype, name)
    same([found.enumerable, found.configurable], [true, true], `${name} is enumerable, configurable`)
    const { get: getter,
      set: setter } = found as { get: (this: unknown) => unknown; set?: (this: unknown, value: unknown) => void }
    same([getter.name, getter.length], [`get ${name}`, 0], 'name and length of the getter')
    for (const wrong of [{}, EventSource.prototype, new EventTarget(), 1]) throws(() => getter.call(wrong), 'TypeError')
    if (isReadOnly) return same(setter, undefined, `the setter of ${name}`)
    holds(setter, `${name} has a setter`)
    same([setter.name, setter.length], [`set ${name}`, 1], 'name and length of the setter')
    for (const wrong of [{}, EventSource.prototype]) throws(() => setter.call(wrong, null), 'TypeError')
  }
}

/** Checks a source that goes nowhere. */
function ofSource(check: (source: EventSource) => void): Check {
  return ({ listen }) => check(listen(new EventSource('nowhere')).source)
}

function handler(name: (typeof HANDLERS)[number]): Check {
  return ofSource(source => {
    holds(name in source && !Object.hasOwn(source, name), `${name} is inherited`)
    same(source[name], null, `${name} at first`)
    const listener = () => {}
    source[name] = listener
    holds(source[name] === listener, 'a function is kept')
    const object = { handleEvent: listener }
    source[name] = object as never
    holds(source[name] === object as never, 'an object is kept')
    for (const nothing of [5, 'text', undefined, true, null]) {
      source[name] = listener
      source[name] = nothing as never
      same(source[name], null, `${name} after ${String(nothing)}`)
    }
  })
}

export const shape: Row[] = [
  rowOfCases<Check>('shape',
    'The object’s shape is the interface’s: names, lengths, flags, constants, accessors, errors on a wrong `this`',
    WINDOW_AND_WORKER, {
    'the class is a property of the global': () => {
      same(flagsOf(descriptor(globalThis, 'EventSource')), { writable: true, enumerable: false, configurable: true },
        'the global’s property')
      holds(Object.getPrototypeOf(EventSource) === EventTarget, 'it inherits from EventTarget')
      same(flagsOf(descriptor(EventSource, 'prototype')), { writable: false, enumerable: false, configurable: false },
        'its prototype property')
    },
    'its length': () => {
      same(EventSource.length, 1, 'length')
      same(flagsOf(descriptor(EventSource, 'length')), { writable: false, enumerable: false, configurable: true },
        'the property length')
    },
    'its name': () => {
      same(EventSource.name, 'EventSource', 'name')
      same(flagsOf(descriptor(EventSource, 'name')), { writable: false, enumerable: false, configurable: true },
        'the property name')
    },
    'its prototype': () => {
      holds(Object.getPrototypeOf(EventSource.prototype) === EventTarget.prototype, 'it inherits from EventTarget’s')
    },
    'its prototype’s constructor': () => {
      const found = descriptor(EventSource.prototype, 'constructor')
      holds(found.value === EventSource, 'it is the class')
      same(flagsOf(found), { writable: true, enumerable: false, configurable: true }, 'the property constructor')
    },
    'its prototype hides nothing from `with`': () => same(Object.hasOwn(EventSource.prototype, Symbol.unscopables), false,
      'has unscopables'),
    'CONNECTING of the class': constant('CONNECTING', () => EventSource),
    'CONNECTING of the prototype': constant('CONNECTING', () => EventSource.prototype),
    'OPEN of the class': constant('OPEN', () => EventSource),
    'OPEN of the prototype': constant('OPEN', () => EventSource.prototype),
    'CLOSED of the class': constant('CLOSED', () => EventSource),
    'CLOSED of the prototype': constant('CLOSED', () => EventSource.prototype),
    'the accessor url': accessor('url', true),
    'the accessor withCredentials': accessor('withCredentials', true),
    'the accessor readyState': accessor('readyState', true),
    'the accessor onopen': accessor('onopen', false),
    'the accessor onmessage': accessor('onmessage', false),
    'the accessor onerror': accessor('onerror', false),
    'the method close': () => {
      const found = descriptor(EventSource.prototype, 'close')
      same(flagsOf(found), { writable: true, enumerable: true, configurable: true }, 'the property close')
      const close = found.value as () => void
      same([close.name, close.length], ['close', 0], 'its name and length')
      for (const wrong of [{}, EventSource.prototype, undefined]) throws(() => close.call(wrong), 'TypeError')
    },
    'a source is of the class': ofSource(source => {
      holds(Object.getPrototypeOf(source) === EventSource.prototype, 'its prototype is the class’s')
      holds(source instanceof EventTarget, 'it is an EventTarget')
    }),
    'a source as a string': ofSource(source => {
      same(Object.prototype.toString.call(source), '[object EventSource]')
      const tag = descriptor(EventSource.prototype, Symbol.toStringTag)
      same(tag.value, 'EventSource', 'the tag')
      same(flagsOf(tag), { writable: false, enumerable: false, configurable: true }, 'the property of the tag')
    }),
    'CONNECTING of a source': ofSource(source => same(source.CONNECTING, 0)),
    'OPEN of a source': ofSource(source => same(source.OPEN, 1)),
    'CLOSED of a source': ofSource(source => same(source.CLOSED, 2)),
    'url of a source': ofSource(source => {
      same([typeof source.url, Object.hasOwn(source, 'url')], ['string', false],
        'type of url, and whether it is the source’s own')
    }),
    'withCredentials of a source': ({ listen }) => {
      const inits = [undefined, {}, { withCredentials: false }, { withCredentials: true }, { withCredentials: 1 as never }]
      same(inits.map(init => listen(new EventSource('nowhere', init)).source.withCredentials), [false, false, false, true, true],
        'withCredentials')
    },
    'readyState of a source': ofSource(source => {
      same(source.readyState, 0, 'readyState')
      throws(() => {
        'use strict'
        Object.assign(source, { readyState: 2 })
      }, 'TypeError')
      same(source.readyState, 0, 'readyState after an attempt to set it')
    }),
    'onopen of a source': handler('onopen'),
    'onmessage of a source': handler('onmessage'),
    'onerror of a source': handler('onerror'),
    'close of a source': ofSource(source => {
      same([typeof source.close, Object.hasOwn(source, 'close')], ['function', false],
        'type of close, and whether it is the source’s own')
      same(source.close(), undefined, 'what close() gives')
    }),
  }, check => check),
]
