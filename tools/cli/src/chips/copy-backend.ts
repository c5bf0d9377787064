import type { Backend } from '@q/ir'
import { checkBackend } from '@q/ir'
import { examineForeign } from '../modules/load-module.ts'
import type { ForeignCode } from '../modules/module-kind.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * A back end as a module made it, read once and checked. What it was made of (getters, proxies, classes, what the module changes later)
 * plays no part any more: members are plain, the target is data of our own.
 *
 * @throws QError `BACKEND_INVALID` naming what is missing or wrong, or that it cannot be read
 */
export function copyBackend(made: unknown, code: ForeignCode): Backend {
  return examineForeign(code, () => checkBackend(isObject(made) ? copied(made) : made, code.word))
}

function copied(made: Fields): Fields {
  const { name, lower, rewrite, simplify, reader, compiler } = made
  const target = plain(made['target'], 'target')
  const forms = isObject(target) && isObject(target['ops']) ? Object.keys(target['ops']) : []
  return definedOf({
    // What nothing reads stays, so that it is told.
    ...made,
    name,
    target,
    lower: isObject(lower) ? lowerings(lower, forms) : lower,
    emit: bound(made, 'emit'),
    fileNames: bound(made, 'fileNames'),
    planFile: bound(made, 'planFile'),
    withMeans: bound(made, 'withMeans'),
    takePictures: bound(made, 'takePictures'),
    facts: bound(made, 'facts'),
    restrict: bound(made, 'restrict'),
    rewrite: passes(rewrite),
    simplify: passes(simplify),
    reader: isObject(reader)
      ? definedOf({ endings: plain(reader['endings'], 'reader.endings'), read: bound(reader, 'read'), describe: bound(reader, 'describe') })
      : reader,
    compiler: isObject(compiler)
      ? definedOf({
          options: plain(compiler['options'], 'compiler.options'),
          find: bound(compiler, 'find'),
          commandLines: bound(compiler, 'commandLines'),
        })
      : compiler,
  })
}

/** The functions of `lower`, own ones and those its target speaks of, which a class may have elsewhere. */
function lowerings(lower: Fields, forms: readonly string[]): Fields {
  const names = new Set([...Object.keys(lower), ...forms.flatMap((form) => [form, form.replace('#constant', '')])])
  return definedOf(Object.fromEntries([...names].map((op) => [op, bound(lower, op)])))
}

function passes(list: unknown): unknown {
  if (!Array.isArray(list)) return list
  return list.map((pass: unknown, i) => {
    if (!isObject(pass)) return pass
    const { name = String(i + 1), ops } = pass
    return definedOf({ name: String(name), ops: plain(ops, 'ops'), run: bound(pass, 'run') })
  })
}

/** A method with the object it belongs to; anything else as it is. */
function bound(owner: Fields, member: string): unknown {
  const value = owner[member]
  if (typeof value !== 'function') return value
  return (...args: readonly unknown[]): unknown => Reflect.apply(value, owner, args)
}

/** Deepest data a target has, with room to spare. */
const deepest = 12

/** Data as plain objects and lists. @throws TypeError for what is no data */
function plain(value: unknown, place: string, depth = 0): unknown {
  if (typeof value === 'function') throw new TypeError(`${place} is a function where data is wanted`)
  if (typeof value !== 'object' || value === null) return value
  if (depth > deepest) throw new TypeError(`${place} goes deeper than any target`)
  if (Array.isArray(value)) return value.map((each, i) => plain(each, `${place}[${i}]`, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each, `${place}.${key}`, depth + 1)]))
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

function definedOf(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
