import { pictureForms } from '../graph/picture.ts'
import { bf16Styles } from '../number/bf16.ts'
import { type RoundingMode, roundingModes } from '../number/rounding.ts'
import { floatOps } from '../ops/op-set.ts'
import type { Backend } from './backend.ts'
import { schemesDefects } from './check-scheme.ts'
import { backendInvalid, describe, type Fields, isObject, missing, strangers, unknown } from './defects.ts'
import { isForm } from './form-names.ts'
import type { CastRules, RangeImport, RangeRuleName, Target } from './target.ts'

const rangeRules: Readonly<Record<RangeRuleName, true>> = {
  forward: true,
  backward: true,
  'backward-max': true,
  'keep-sign': true,
  'sum-sign': true,
  'product-sign': true,
  'difference-sign': true,
  'unify-operands': true,
  'sum-of-products': true,
  'unify-comparison': true,
  'cover-constants': true,
}

const rangeImports: Readonly<Record<RangeImport, true>> = {
  observed: true,
  symmetric: true,
  unit: true,
  'unit-unless-log': true,
  product: true,
  difference: true,
}

const members: Readonly<Record<keyof Backend, true>> = {
  name: true,
  target: true,
  lower: true,
  emit: true,
  fileNames: true,
  planFile: true,
  withMeans: true,
  takePictures: true,
  reader: true,
  compiler: true,
  rewrite: true,
  simplify: true,
  facts: true,
  restrict: true,
}

const targetMembers: Readonly<Record<keyof Target, true>> = {
  name: true,
  aliases: true,
  modes: true,
  schemes: true,
  asymmetricSchemes: true,
  defaultFloat: true,
  floatModes: true,
  ops: true,
  highPrecision: true,
  rangeImport: true,
  nonNegativeOps: true,
  rangeSteps: true,
  typeFollowers: true,
  automaticPlan: true,
  truthOps: true,
  computedOtherwise: true,
  casts: true,
  pictures: true,
  tolerance: true,
}

/**
 * A back end from somewhere else, made sure to have the shape of one: its members, and the names in its target.
 *
 * @param place where it came from, for messages
 * @throws QError `BACKEND_INVALID` listing what is missing or wrong
 */
export function checkBackend(value: unknown, place: string): Backend {
  const defects = backendDefects(value)
  if (defects.length === 0) return value as Backend
  throw backendInvalid(defects, place)
}

/** What keeps a value from being a back end, each in words; nothing for one that can be used. */
export function backendDefects(value: unknown): readonly string[] {
  if (!isObject(value)) return [`it is ${describe(value)}, not an object`]
  return [
    ...(isName(value['name']) ? [] : [missing('name', 'a name', value['name'])]),
    ...(typeof value['emit'] === 'function' ? [] : [missing('emit', 'a function', value['emit'])]),
    ...lowerDefects(value),
    ...optionalDefects(value),
    ...strangers(value, members, ''),
    ...(isObject(value['target']) ? targetDefects(value['target']) : [missing('target', 'an object', value['target'])]),
  ]
}

function targetDefects(target: Fields): readonly string[] {
  const modes = namesIn(target['modes'])
  const known = new Set([...modes, ...(isObject(target['schemes']) ? Object.keys(target['schemes']) : [])])
  const unknownMode = (place: string, mode: unknown): readonly string[] =>
    mode === undefined ? [missing(place, 'a mode', mode)] : known.has(String(mode)) ? [] : [unknown(place, mode, [...known], 'modes')]
  const floats = Array.isArray(target['floatModes']) ? (target['floatModes'] as readonly unknown[]) : undefined
  return [
    ...strangers(target, targetMembers, 'target.'),
    ...(isName(target['name']) && target['name'] === target['name'].toLowerCase()
      ? []
      : [missing('target.name', 'a name in lower case', target['name'])]),
    ...(modes.length > 0 && modes.every((mode) => mode === mode.toUpperCase())
      ? []
      : [missing('target.modes', 'a list of names in upper case', target['modes'])]),
    ...unknownMode('target.defaultFloat', target['defaultFloat']),
    ...(floats === undefined
      ? [missing('target.floatModes', 'a list of modes', target['floatModes'])]
      : floats.flatMap((mode) => unknownMode('target.floatModes', mode))),
    ...opDefects(target['ops'], unknownMode),
    ...rangeDefects(target),
    ...schemesDefects(target['schemes'], target['asymmetricSchemes'], modes),
    ...toleranceDefects(target['tolerance'], unknownMode),
    ...optionalTargetDefects(target, unknownMode),
  ]
}

type UnknownMode = (place: string, mode: unknown) => readonly string[]

function opDefects(ops: unknown, unknownMode: UnknownMode): readonly string[] {
  if (!isObject(ops)) return [missing('target.ops', 'an object', ops)]
  return Object.entries(ops).flatMap(([form, made]) => {
    const place = `target.ops.${form}`
    if (!isForm(form)) return [unknown('target.ops', form, [...floatOps.keys()], 'operators')]
    if (!isObject(made)) return [missing(place, 'an object from asked to computed mode', made)]
    return Object.entries(made).flatMap(([asked, computed]) => [
      ...unknownMode(place, asked),
      ...(computed === undefined ? [] : unknownMode(`${place}.${asked}`, computed)),
    ])
  })
}

function rangeDefects(target: Fields): readonly string[] {
  const steps = target['rangeSteps']
  const imports = target['rangeImport'] ?? {}
  const wrongImports = isObject(imports)
    ? Object.entries(imports).flatMap(([form, kind]) => [
        ...(isForm(form) ? [] : [unknown('target.rangeImport', form, [...floatOps.keys()], 'operators')]),
        ...(Object.hasOwn(rangeImports, String(kind))
          ? []
          : [unknown(`target.rangeImport.${form}`, kind, Object.keys(rangeImports), 'kinds')]),
      ])
    : [missing('target.rangeImport', 'an object', imports)]
  if (!Array.isArray(steps)) return [...wrongImports, missing('target.rangeSteps', 'a list of steps', steps)]
  const wrongRules = (steps as readonly unknown[]).flatMap((step, i) => {
    const place = `target.rangeSteps[${i}]`
    if (!Array.isArray(step)) return [missing(place, 'a list of rules', step)]
    return (step as readonly unknown[]).flatMap((each) => {
      if (!isObject(each) || !Array.isArray(each['ops'])) return [missing(place, '{ rule, ops }', each)]
      return [
        ...(Object.hasOwn(rangeRules, String(each['rule'])) ? [] : [unknown(place, each['rule'], Object.keys(rangeRules), 'rules')]),
        ...(each['ops'] as readonly unknown[]).flatMap((form) =>
          isForm(String(form)) ? [] : [unknown(place, form, [...floatOps.keys()], 'operators')],
        ),
      ]
    })
  })
  return [...wrongImports, ...wrongRules]
}

function toleranceDefects(tolerance: unknown, unknownMode: UnknownMode): readonly string[] {
  if (!isObject(tolerance)) return [missing('target.tolerance', 'an object from mode to [cosine, euclidean]', tolerance)]
  return Object.entries(tolerance).flatMap(([mode, pair]) => [
    ...unknownMode('target.tolerance', mode),
    ...(Array.isArray(pair) && pair.length === 2 && pair.every((each) => typeof each === 'number')
      ? []
      : [missing(`target.tolerance.${mode}`, '[cosine, euclidean]', pair)]),
  ])
}

function optionalTargetDefects(target: Fields, unknownMode: UnknownMode): readonly string[] {
  const { highPrecision = {}, automaticPlan = {}, casts = {}, computedOtherwise = {} } = target
  const lists = ['nonNegativeOps', 'typeFollowers', 'truthOps'].flatMap((member) => {
    const list = target[member] ?? []
    const place = `target.${member}`
    if (!Array.isArray(list)) return [missing(place, 'a list of operators', list)]
    return list.flatMap((form: unknown) => (isForm(String(form)) ? [] : [unknown(place, form, [...floatOps.keys()], 'operators')]))
  })
  const modes = (fields: unknown, member: string) =>
    isObject(fields)
      ? Object.entries(fields).flatMap(([name, mode]) => (mode === undefined ? [] : unknownMode(`target.${member}.${name}`, mode)))
      : [missing(`target.${member}`, 'an object', fields)]
  return [
    ...lists,
    ...deviationDefects(computedOtherwise),
    ...modes(highPrecision, 'highPrecision'),
    ...modes(automaticPlan, 'automaticPlan'),
    ...(isObject(automaticPlan)
      ? strangers(automaticPlan, { unevenAdd: true, cancellingSub: true, cancellingFromNumber: true }, 'target.automaticPlan.')
      : []),
    ...(isObject(casts) ? castDefects(casts) : [missing('target.casts', 'an object', casts)]),
    ...pictureDefects(target['pictures']),
  ]
}

function deviationDefects(deviations: unknown): readonly string[] {
  const place = 'target.computedOtherwise'
  if (!isObject(deviations)) return [missing(place, 'an object from operator to what the chip does', deviations)]
  return Object.entries(deviations).flatMap(([form, fact]) => [
    ...(isForm(form) ? [] : [unknown(place, form, [...floatOps.keys()], 'operators')]),
    ...(typeof fact === 'string' && fact !== '' ? [] : [missing(`${place}.${form}`, 'what the chip does, in words', fact)]),
  ])
}

const castMembers: Readonly<Record<keyof CastRules, true>> = { rescale: true, suffixes: true, through: true, bf16: true, ofInputs: true }

function castDefects(casts: Fields): readonly string[] {
  const words = { rescale: ['by-range', 'by-width'], through: ['bf16'], bf16: Object.keys(bf16Styles) } as const
  const { ofInputs } = casts
  const wrong = Object.entries(words).flatMap(([member, known]: readonly [string, readonly string[]]) => {
    const word = casts[member]
    return word === undefined || known.includes(String(word)) ? [] : [unknown(`target.casts.${member}`, word, known, 'words')]
  })
  const rounding = isObject(ofInputs) ? ofInputs['rounding'] : undefined
  return [
    ...strangers(casts, castMembers, 'target.casts.'),
    ...wrong,
    ...(ofInputs === undefined || roundingModes.includes(rounding as RoundingMode)
      ? []
      : [unknown('target.casts.ofInputs.rounding', rounding, roundingModes, 'roundings')]),
  ]
}

function pictureDefects(pictures: unknown): readonly string[] {
  if (pictures === undefined) return []
  const place = 'target.pictures'
  if (!isObject(pictures) || !Array.isArray(pictures['forms'])) return [missing(place, '{ forms, alignment }', pictures)]
  const { alignment } = pictures
  const isBytes = (bytes: unknown): boolean => Number.isInteger(bytes) && (bytes as number) > 0
  const isAligned = alignment === undefined || (isObject(alignment) && isBytes(alignment['row']) && isBytes(alignment['plane']))
  return [
    ...pictures['forms'].flatMap((form: unknown) =>
      Object.hasOwn(pictureForms, String(form)) ? [] : [unknown(`${place}.forms`, form, Object.keys(pictureForms), 'forms')],
    ),
    ...(isAligned ? [] : [missing(`${place}.alignment`, 'whole numbers of bytes for row and plane', alignment)]),
  ]
}

function lowerDefects({ lower, target }: Fields): readonly string[] {
  if (!isObject(lower)) return [missing('lower', 'an object from operator to function', lower)]
  const wrong = Object.entries(lower).flatMap(([op, each]) =>
    each === undefined || typeof each === 'function' ? [] : [missing(`lower.${op}`, 'a function', each)],
  )
  const ops = isObject(target) && isObject(target['ops']) ? Object.keys(target['ops']) : []
  const uncovered = ops.filter((form) => lower[form] === undefined && lower[form.replace('#constant', '')] === undefined)
  return uncovered.length === 0 ? wrong : [...wrong, `lower has nothing for ${uncovered.join(', ')}, which target.ops declares`]
}

function optionalDefects(backend: Fields): readonly string[] {
  const passes = ['rewrite', 'simplify'].flatMap((member) => {
    const list = backend[member]
    const sound = list === undefined || (Array.isArray(list) && list.every((pass) => isObject(pass) && typeof pass['run'] === 'function'))
    return sound ? [] : [missing(member, 'a list of { name, run }', list)]
  })
  const { reader, compiler } = backend
  const functions = ['fileNames', 'planFile', 'withMeans', 'takePictures'].filter(
    (member) => backend[member] !== undefined && typeof backend[member] !== 'function',
  )
  const readable =
    isObject(reader) &&
    Array.isArray(reader['endings']) &&
    typeof reader['read'] === 'function' &&
    (reader['describe'] === undefined || typeof reader['describe'] === 'function')
  const compilable = isObject(compiler) && typeof compiler['find'] === 'function' && typeof compiler['commandLines'] === 'function'
  return [
    ...passes,
    ...functions.map((member) => missing(member, 'a function', backend[member])),
    ...(reader === undefined || readable ? [] : [missing('reader', '{ endings, read }, perhaps describe', reader)]),
    ...(compiler === undefined || compilable ? [] : [missing('compiler', '{ find, commandLines }', compiler)]),
  ]
}

const isName = (value: unknown): value is string => typeof value === 'string' && /^\S+$/.test(value)
const namesIn = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter(isName) : [])
