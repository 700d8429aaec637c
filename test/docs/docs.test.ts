import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dialects } from '../../src/index.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

describe('docs/dialects.md', () => {
  const page = read('../../docs/dialects.md')

  test.each(['workers-ai.ts', 'workers-ai.test.ts'])('shows %s as it is tested here', file => {
    expect(page).toContain(`\`\`\`ts\n${read(file)}\`\`\`\n`)
  })

  test('names every dialect in its table', () => {
    const [table = ''] = page.split('\n## ')
    const rows = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
    expect(new Set(rows)).toEqual(new Set(Object.keys(dialects)))
  })
})
