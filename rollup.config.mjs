import { nodeResolve } from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dts } from 'rollup-plugin-dts'
import esbuild from 'rollup-plugin-esbuild'

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'))
const input = 'src/index.ts'
const ts = () => esbuild({ target: 'es2022' })

// One output module a source module, so that a page pays for the names it imports, in every bundler
const modules = (format, extension) => ({
  dir: 'dist', format, sourcemap: true, exports: 'named', preserveModules: true, preserveModulesRoot: 'src',
  entryFileNames: `[name].${extension}`,
})

export default [
  { input, external: ['mitt'], plugins: [ts()], output: [modules('es', 'js'), modules('cjs', 'cjs')] },
  {
    input, external: ['mitt'], plugins: [dts()],
    output: [{ file: 'dist/index.d.ts', format: 'es' }, { file: 'dist/index.d.cts', format: 'es' }],
  },
  {
    // For a script tag: everything, in one file, under one global
    input, plugins: [nodeResolve({ browser: true }), ts()],
    output: {
      file: 'dist/teleprinter.min.js', format: 'iife', name: 'teleprinter', exports: 'named', sourcemap: true,
      banner: `/*! teleprinter ${version} | MIT */`, plugins: [terser({ compress: { passes: 2 } })],
    },
  },
  {
    input: 'demo/server/main.ts', external: builtinModules.flatMap(name => [name, `node:${name}`]), plugins: [nodeResolve(), ts()],
    output: { file: 'demo/build/server.js', format: 'es', sourcemap: true },
  },
  {
    // The page imports `teleprinter` as any app does: by its name, out of dist
    input: 'demo/page/main.ts', plugins: [nodeResolve({ browser: true }), ts()],
    output: { file: 'demo/build/page/main.js', format: 'es', sourcemap: true },
  },
]
