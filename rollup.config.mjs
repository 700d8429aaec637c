import { nodeResolve } from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { dts } from 'rollup-plugin-dts'
import esbuild from 'rollup-plugin-esbuild'

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'))
const input = 'src/index.ts'
const entries = { 'index': input, 'dialects': 'src/chat/dialects/index.ts', 'fetch-event-source': 'src/connection/fetch-event-source.ts' }
const markdown = 'src/typewriter/markdown.ts'
// The plots run the AI SDK's smoothStream() itself, out of its source: the rest of that package is for servers, and does not bundle
const smoothStream = {
  name: 'smooth-stream',
  resolveId: source => (source === 'ai' ? fileURLToPath(new URL('./node_modules/ai/src/generate-text/smooth-stream.ts', import.meta.url)) : null),
}
const pages = ['chat', 'feeds', 'wire', 'faults', 'plots']
const ts = options => esbuild({ target: 'es2022', ...options })

/** What an editor says of the names that stand for a module's exports. */
const namespaces = {
  decoders: 'Decoders for the `events` of {@link connect}: what the data of a feed is mostly packed in.',
  index: 'The dialects: what the streams of providers look like.', // src/chat/dialects/index.ts
}
/** Gives those, and the names in them, their docstrings, which the bundling of declarations drops. */
const describeNamespaces = {
  name: 'describe-namespaces',
  renderChunk: code => code
    .replaceAll(/^declare namespace (\w+) \{$/gm, (line, name) => `/** ${namespaces[name]} */\n${line}`)
    .replaceAll(/^declare const \w+_(\w+): typeof \1;$/gm, (line, name) => {
      const [, docstring] = new RegExp(`(/\\*\\*(?:(?!\\*/)[^])*\\*/)\\n(?://.*\\n)?declare (?:function|const) ${name}\\b`).exec(code) ?? []
      if (!docstring) throw new Error(`Cannot describe ${name}: it has no docstring`)
      return `${docstring}\n${line}`
    }),
}

// One output module a source module, so that a page pays for the names it imports, in every bundler
const modules = (format, extension) => ({
  dir: 'dist', format, sourcemap: true, exports: 'named', preserveModules: true, preserveModulesRoot: 'src',
  entryFileNames: `[name].${extension}`,
  // A bundler may give `require('mitt')` its ES module, whose function is the default
  interop: 'compat',
})

export default [
  { input: Object.values(entries), external: ['mitt'], plugins: [ts()], output: [modules('es', 'js'), modules('cjs', 'cjs')] },
  {
    // With its parser, which has no CommonJS of its own, and the notice that this one's licence asks for
    input: markdown, plugins: [nodeResolve(), ts()],
    output: [['es', 'js'], ['cjs', 'cjs']].map(([format, extension]) => ({
      file: `dist/markdown.${extension}`, format, sourcemap: true, exports: 'named',
      banner: '/*! streaming-markdown | MIT | Copyright 2024 Damian Tarnawski | licenses/streaming-markdown.txt */',
    })),
  },
  ...Object.entries({ ...entries, markdown }).map(([name, entry]) => ({
    input: entry, external: ['mitt'], plugins: [dts(), describeNamespaces],
    // For `Disposable`, which a project's own `lib` need not have
    output: ['ts', 'cts'].map(ext => ({ file: `dist/${name}.d.${ext}`, format: 'es', banner: '/// <reference lib="esnext.disposable" />' })),
  })),
  {
    // For a script tag: everything, in one file, under one global
    input, plugins: [nodeResolve({ browser: true }), ts()],
    output: {
      file: 'dist/teleprinter.min.js', format: 'iife', name: 'teleprinter', exports: 'named', sourcemap: true,
      banner: `/*! teleprinter ${version} | MIT */`, plugins: [terser({ compress: { passes: 2 } })],
    },
  },
  {
    // redis is asked for only where REDIS_URL is set
    input: 'demo/server/main.ts', external: ['redis', ...builtinModules.flatMap(name => [name, `node:${name}`])], plugins: [nodeResolve(), ts()],
    output: { file: 'demo/build/server.js', format: 'es', sourcemap: true },
  },
  {
    // The pages import `teleprinter` as any app does: by its name, out of dist
    input: Object.fromEntries(pages.map(name => [name, `demo/page/${name}/main.ts`])),
    plugins: [smoothStream, nodeResolve({ browser: true }), ts({ exclude: /node_modules\/(?!ai\/src\/)/ })],
    output: { dir: 'demo/build/page', format: 'es', sourcemap: true, chunkFileNames: 'shared-[name].js' },
  },
]
