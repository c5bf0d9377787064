import { basename } from 'node:path'
import type { Artifact, ChipCompiler, CompilerOptions } from '@q/ir'
import { plainWord, shellPath, shellWord } from './shell-word.ts'

/** What {@link compileScript} compiles. */
export interface ScriptedCompilation {
  /** What lies beside the script. */
  readonly artifact: Artifact
  readonly compiler: ChipCompiler
  /** What the compiler is told. @default its own options */
  readonly options?: CompilerOptions
  /** Path of the model that is made. */
  readonly model: string
}

/**
 * The text of the script that compiles an artifact, for the folder it lies in; nothing where the family has no command lines. A compiler's own options hold names
 * in forms of their own, which no quotes keep whole: it is given plain names only, in a folder of its own where the files have others.
 */
export function compileScript({ artifact, compiler, model, options }: ScriptedCompilation): string | undefined {
  const names = [...artifact.files.keys()]
  const isPlain = [...names, model].every((name) => name === plainName(name))
  const made = isPlain ? model : plainName(basename(model))
  const files = new Map([...artifact.files].map(([name, bytes]) => [plainName(name), bytes]))
  const renamed = (name: string | undefined) => (name === undefined ? undefined : plainName(name))
  const [container, compiled] = [renamed(artifact.model), renamed(artifact.compiled)]
  const named = {
    ...artifact,
    files,
    ...(container === undefined ? {} : { model: container }),
    ...(compiled === undefined ? {} : { compiled }),
  }
  const lines = compiler.commandLines(isPlain ? artifact : named, made, options)
  if (lines.length === 0) return undefined
  const inputs = names.filter((name) => name !== artifact.model)
  // Texts name the files beside them as they are called.
  const links = inputs.flatMap((name) =>
    [...new Set([plainName(name), name])].map((each) => `ln -s "$here"/${shellWord(name)} "$work"/${shellWord(each)}`),
  )
  const inOwnFolder = [
    'here=$(pwd)',
    'work=$(mktemp -d)',
    `trap 'rm -rf "$work"' EXIT`,
    ...links,
    'cd "$work"',
    ...lines,
    'cd "$here"',
    `mv -f "$work"/${made} ${shellPath(model)}`,
  ]
  return ['#!/bin/sh', 'set -e', 'CDPATH= cd -- "$(dirname -- "$0")"', ...(isPlain ? lines : inOwnFolder), ''].join('\n')
}

/** A name like this one that needs no quotes and is no option; names that are plain already are kept. */
const plainName = (name: string): string =>
  plainWord.test(name) && !name.startsWith('-') ? name : name.replace(/^-/, '_').replace(/[^A-Za-z0-9_./-]/g, '_')
