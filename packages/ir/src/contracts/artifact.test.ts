import { describe, expect, it } from 'vitest'
import type { Artifact } from './artifact.ts'
import { checkArtifact } from './artifact.ts'

const made = (...names: readonly string[]): Artifact => ({ files: new Map(names.map((name) => [name, new Uint8Array()])), diagnostics: [] })
const refusal = (artifact: Artifact): unknown => {
  try {
    checkArtifact(artifact, 'nova')
    return undefined
  } catch (error) {
    return (error as { readonly code: string }).code
  }
}

it('an artifact without files is refused', () => {
  expect(refusal(made())).toBe('ARTIFACT_EMPTY')
})

describe('names of files', () => {
  it.each(['net.nova', 'net', '.net', 'a b', 'ü.bin', 'a..b', 'net:v2', 'console', 'com10', 'n'.repeat(255)])('%j is plain', (name) => {
    expect(refusal(made(name))).toBeUndefined()
  })

  it.each([
    '',
    '.',
    '..',
    '...',
    '/etc/passwd',
    'a/b',
    '../a',
    'a\\b',
    '..\\a',
    'C:a',
    'c:',
    'a\u0000b',
    'a\nb',
    'a\u007f',
    ' a',
    'a ',
    'a.',
    'CON',
    'nul.bin',
    'Com1.txt',
    'LPT9',
    'n'.repeat(256),
    'ü'.repeat(128),
  ])('%j is none', (name) => {
    expect(refusal(made('fine', name))).toBe('ARTIFACT_NAME')
    expect(refusal({ ...made('fine'), compiled: name })).toBe('ARTIFACT_NAME')
  })

  it.each([
    ['a.bin', 'A.BIN'],
    ['\u00fc', 'u\u0308'],
  ])('%j and %j are one on many systems', (first, second) => {
    expect(refusal(made(first, second))).toBe('ARTIFACT_TWICE')
    expect(refusal({ ...made(first), compiled: second })).toBe('ARTIFACT_TWICE')
  })

  it('says who made it and why it cannot be', () => {
    expect(() => checkArtifact(made('a/b'), 'nova')).toThrow(
      expect.objectContaining({ at: ['nova'], message: 'the file name "a/b" cannot be used: it is a path' }),
    )
  })
})

it('files are bytes', () => {
  const text = { files: new Map([['a', 'text']]), diagnostics: [] } as unknown as Artifact
  expect(refusal(text)).toBe('ARTIFACT_CONTENT')
  expect(refusal({ files: new Map([['a', Buffer.from('text')]]), diagnostics: [] })).toBeUndefined()
})

it('the file that stands for the model is one of them', () => {
  expect(refusal({ ...made('a', 'b'), model: 'b', compiled: 'c' })).toBeUndefined()
  expect(refusal({ ...made('a', 'b'), model: 'c' })).toBe('ARTIFACT_MODEL')
})
