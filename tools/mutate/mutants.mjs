import ts from 'typescript'
import { changesAt, isSilent } from './mutators.mjs'

/**
 * Every mutant of one source: the place, what stood there, what stands there instead, and the whole changed text.
 *
 * @param {string} path for the report
 * @param {string} text the source
 */
export function mutantsOf(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  const found = []
  const visit = (node, outer) => {
    if (isSilent(node)) return
    const within = isFunctionWithBody(node) ? node.pos : outer
    for (const { node: replaced, range, replacement, kind } of changesAt(node, file)) {
      const [start, end] = range ?? [replaced.getStart(file), replaced.end]
      const { line, character } = file.getLineAndCharacterOfPosition(start)
      found.push({
        path,
        line: line + 1,
        column: character + 1,
        kind,
        before: text.slice(start, end).trim(),
        after: replacement,
        text: text.slice(0, start) + replacement + text.slice(end),
        source: text.split('\n')[line].trim(),
        within: replaced === node && isFunctionWithBody(node) ? outer : within,
      })
    }
    ts.forEachChild(node, (child) => visit(child, within))
  }
  visit(file, undefined)
  return found
}

/** The source with a mark at the start of every function: `hit` is the name of what is called, with path and place of the function. */
export function marked(path, text, hit) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  const inserts = []
  const visit = (node) => {
    if (isFunctionWithBody(node)) {
      const call = `${hit}(${JSON.stringify(placeOf({ path, within: node.pos }))})`
      if (ts.isBlock(node.body)) inserts.push([node.body.getStart(file) + 1, `${call};`])
      else inserts.push([node.body.getStart(file), `(${call}, (`], [node.body.end, '))'])
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return inserts.sort(([one], [other]) => other - one).reduce((all, [at, added]) => all.slice(0, at) + added + all.slice(at), text)
}

/** The function that a mutant changes, as marks call it. */
export function placeOf({ path, within }) {
  return `${path}#${within}`
}

function isFunctionWithBody(node) {
  return ts.isFunctionLike(node) && node.body !== undefined
}

/** Numbers from 0 to 1 (without 1) that depend on the seed alone. */
export function randomNumbers(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** The items in an order that the seed decides. */
export function shuffled(items, seed) {
  const random = randomNumbers(seed)
  const order = [...items]
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1))
    const held = order[index]
    order[index] = order[other]
    order[other] = held
  }
  return order
}
