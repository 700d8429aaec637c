// What the built package exports, as its docstrings have it; `node scripts/api.mjs` writes docs/api.md out of that
import ts from '@typescript/typescript6'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const at = name => fileURLToPath(new URL(`../${name}`, import.meta.url))

/** By entry: its declarations in dist, and its contents page in src, whose order is this page's. */
const ENTRIES = {
  'teleprinter': ['dist/index.d.ts', 'src/index.ts'],
  'teleprinter/dialects': ['dist/dialects.d.ts', 'src/chat/dialects/index.ts'],
  'teleprinter/fetch-event-source': ['dist/fetch-event-source.d.ts'],
  'teleprinter/markdown': ['dist/markdown.d.ts'],
}

/**
 * @typedef {{ name: string, doc: string, tags: { name: string, text: string }[], examples: string[] }} Described
 * @typedef {Described & { kind: 'function' | 'class' | 'constant' | 'namespace' | 'type', code: string[], members: Member[], unexported?: boolean }} Export
 * @typedef {Described & { code: string | string[] }} Member
 */

const oneLine = text => text.replaceAll(/\s*\n\s*/g, ' ')
const flags = ts.SymbolFlags

/**
 * Reads every entry.
 *
 * @returns {{ name: string, exports: Export[] }[]} a namespace's members are exports themselves
 */
export function readApi() {
  const files = Object.values(ENTRIES).flat().map(at)
  const program = ts.createProgram(files, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, allowImportingTsExtensions: true, noEmit: true, types: [] })
  const checker = program.getTypeChecker()
  const symbolOf = file => {
    const symbol = checker.getSymbolAtLocation(program.getSourceFile(at(file)))
    if (!symbol) throw new Error(`Cannot read the declarations: npm run build has not made ${file}`)
    return symbol
  }

  const describe = symbol => {
    const tags = symbol.getJsDocTags(checker).map(({ name, text }) => ({ name, text: ts.displayPartsToString(text).trim() }))
    return {
      name: symbol.name,
      doc: oneLineButParagraphs(ts.displayPartsToString(symbol.getDocumentationComment(checker))),
      tags: tags.filter(({ name }) => name !== 'example').map(({ name, text }) => ({ name, text: oneLine(text) })),
      examples: tags.filter(({ name }) => name === 'example').map(({ text }) => text.replaceAll(/^```ts\n|\n```$/g, '')),
    }
  }

  const memberOf = declaration => {
    const symbol = checker.getSymbolAtLocation(declaration.name ?? declaration) ?? declaration.symbol
    return { ...describe(symbol), name: declaration.name?.getText() ?? 'constructor', code: oneLine(declaration.getText()).replace(/;$/, '') }
  }
  const membersOf = symbol => symbol.declarations.filter(one => ts.isInterfaceDeclaration(one) || ts.isClassDeclaration(one))
    .flatMap(one => [...one.members]).filter(one => !ts.isPrivateIdentifier(one.name ?? one) && !ts.isSetAccessor(one)).map(memberOf)

  const codeOf = declaration => {
    const text = declaration.getText()
    if (ts.isVariableDeclaration(declaration)) return `const ${text}`
    if (ts.isFunctionDeclaration(declaration)) return text.replace(/^declare /, '').replace(/;$/, '')
    if (ts.isTypeAliasDeclaration(declaration)) return text.replace(/;$/, '')
    return text.slice(0, text.indexOf('{')).replace(/^declare /, '').trim()
  }
  const kindOf = symbol => {
    if (symbol.flags & flags.Function) return 'function'
    if (symbol.flags & flags.Class) return 'class'
    if (symbol.flags & flags.Variable) return 'constant'
    return symbol.flags & flags.Namespace ? 'namespace' : 'type'
  }

  /** The declaration behind `declare const decoders_json: typeof json`, as bundled declarations have it. */
  const behind = symbol => {
    const { type } = symbol.valueDeclaration ?? {}
    return type && ts.isTypeQueryNode(type) ? checker.getSymbolAtLocation(type.exprName) : symbol
  }
  const exported = symbol => {
    const own = behind(symbol.flags & flags.Alias ? checker.getAliasedSymbol(symbol) : symbol)
    const kind = kindOf(own)
    const nested = kind === 'namespace' ? checker.getExportsOfModule(own).map(exported) : []
    return { ...describe(own), name: symbol.name, kind, code: own.declarations.map(codeOf), members: kind === 'namespace' ? nested : membersOf(own) }
  }

  /** Types that signatures name, and that have words and members of their own, but no export. */
  const behindTheScenes = (file, exports) => {
    const named = new Set([...exports.flatMap(({ code, members }) => [...code, ...members.map(member => member.code)]).join(' ').matchAll(/\b[A-Z]\w+/g)].map(([name]) => name))
    return program.getSourceFile(at(file)).statements
      .filter(one => (ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one)) && named.has(one.name.text))
      .map(one => ({ ...exported(checker.getSymbolAtLocation(one.name)), unexported: true })).filter(({ doc }) => doc)
  }

  const api = Object.entries(ENTRIES).map(([name, [declarations, contents]]) => {
    const order = contents ? checker.getExportsOfModule(symbolOf(contents)).map(symbol => symbol.name) : []
    const rank = symbol => order.indexOf(symbol.name)
    const exports = checker.getExportsOfModule(symbolOf(declarations)).toSorted((a, b) => rank(a) - rank(b)).map(exported)
    return { name, declarations, exports }
  })
  const known = new Set(api.flatMap(({ exports }) => exports.map(one => one.name)))
  return api.map(({ name, declarations, exports }) =>
    ({ name, exports: [...exports, ...behindTheScenes(declarations, exports).filter(one => !known.has(one.name))] }))
}

function oneLineButParagraphs(text) {
  return text.split(/\n{2,}/).map(part => (/^- /m.test(part) ? part : oneLine(part))).join('\n\n')
}

/** The page: docs/api.md. */
export function apiPage(api = readApi()) {
  const known = new Set(api.flatMap(entry => entry.exports.map(({ name }) => name)))
  const link = name => (known.has(name) ? `[\`${name}\`](#${name.toLowerCase()})` : `\`${name}\``)
  const linked = text => text.replaceAll(/\{@link (\w+)\}/g, (_, name) => link(name)).replaceAll(/^\{(\w+)\}/g, (_, name) => link(name))
  const tagged = ({ tags }, name) => tags.filter(tag => tag.name === name).map(({ text }) => linked(text))
  const sentence = text => (/[.!?…]$/.test(text) ? text : `${text}.`)

  function member(one, index, members) {
    const params = tagged(one, 'param').map(text => text.replace(/^(\w+) (?:- )?/, '`$1` is '))
    const parts = [linked(oneLine(one.doc)), params.join('; '), ...tagged(one, 'returns').map(text => `Returns ${text}`), ...tagged(one, 'throws').map(text => `Throws ${text}`)]
    const value = tagged(one, 'default').map(text => `Default: ${text}`)
    const text = [...parts, ...value].filter(Boolean).map(sentence).join(' ')
    return `- \`${one.code}\`${text && index === members.findIndex(({ name }) => name === one.name) ? `  \n  ${text}` : ''}`
  }

  function section(one, entry) {
    const prefix = one.kind === 'type' ? [] : tagged(one, 'param').map(text => text.replace(/^(\w+) (?:- )?/, '- `$1`: '))
    const lines = [`### ${one.name}`, `${linked(one.doc)}${one.unexported ? ' (It has no name to import.)' : ''}`]
    if (one.kind === 'namespace' && one.name === 'dialects') {
      return [...lines, `All of [\`teleprinter/dialects\`](#teleprinterdialects) as one object: ${one.members.map(({ name }) => link(name)).join(', ')}.`]
    }
    if (one.kind === 'namespace') {
      lines.push(`In \`${entry}\` as one object:`)
      for (const each of one.members) lines.push(...section({ ...each, name: `${one.name}.${each.name}` }, entry).map(line => line.replace(/^### /, '#### ')))
      return lines
    }
    lines.push(`\`\`\`ts\n${one.code.join('\n')}\n\`\`\``)
    const notes = [...prefix, ...tagged(one, 'typeParam').map(text => text.replace(/^(\w+) (?:- )?/, '- type `$1`: ')),
      ...tagged(one, 'returns').map(text => `- returns ${text}`), ...tagged(one, 'throws').map(text => `- throws ${text}`)]
    if (notes.length) lines.push(notes.join('\n'))
    if (one.members.length) lines.push(one.members.map(member).join('\n'))
    for (const example of one.examples) lines.push(`\`\`\`ts\n${example}\n\`\`\``)
    for (const see of tagged(one, 'see')) lines.push(`See ${see.replace(/^(https?:\/\/\S+)/, '<$1>')}.`)
    return lines
  }

  const isType = ({ kind }) => kind === 'type'
  const chapters = api.flatMap(({ name, exports }) => {
    const [values, types] = [exports.filter(one => !isType(one)), exports.filter(isType)]
    const contents = list => list.map(one => link(one.name)).join(' · ')
    return [`## ${name}`, contents(values), types.length ? `Types: ${contents(types)}` : '', ...[...values, ...types].flatMap(one => section(one, name))]
  })
  const intro = 'Every export of every entry, out of the docstrings that an editor shows: `npm run docs:api` writes this page.'
  return `${['# API', intro, ...chapters].filter(Boolean).join('\n\n')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(at('docs/api.md'), apiPage())
