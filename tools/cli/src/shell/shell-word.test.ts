import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { shellPath, shellWord } from './shell-word.ts'

it('what needs no quotes has none', () => {
  expect(['out/net-1.onnx', 'a=b,c:F16', '/x/y_z+1%@'].map(shellWord)).toEqual(['out/net-1.onnx', 'a=b,c:F16', '/x/y_z+1%@'])
  expect(shellWord('my net.onnx')).toBe("'my net.onnx'")
})

it.each(['', ' ', 'my net', "it's", 'a"b', '$(touch x)', '`x`', 'a;b', 'a&b|c', '*', '~', '#', 'a\nb', 'a\\b', '!x', 'ü', '$HOME', '-n'])(
  'sh takes %j as the one word it is',
  (text) => {
    const run = (word: string): string =>
      execFileSync('sh', ['-c', `for each in ${word}; do printf '[%s]' "$each"; done`], { encoding: 'utf8' })
    expect(run(shellWord(text))).toBe(`[${text}]`)
    expect(run(shellPath(text))).toBe(text.startsWith('-') ? `[./${text}]` : `[${text}]`)
  },
)
