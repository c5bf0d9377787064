import { QError } from '@q/ir'
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Node as YamlLibraryNode } from 'yaml'

/** A number, word or text as it stands in a file; `''` where nothing stands. */
export interface YamlScalar {
  readonly kind: 'scalar'
  readonly text: string
  readonly quote: '' | "'" | '"'
}

/** A list, in a line of its own with brackets (`flow`) or with a dash for each item. */
export interface YamlList {
  readonly kind: 'list'
  readonly items: readonly YamlNode[]
  readonly flow: boolean
}

/** Keys with values, in the order of the file. */
export interface YamlMap {
  readonly kind: 'map'
  readonly entries: readonly YamlEntry[]
  readonly flow: boolean
}

/** A key and its value. */
export interface YamlEntry {
  readonly key: YamlScalar
  readonly value: YamlNode
}

/** A part of a YAML file whose numbers and words stay as they were written. */
export type YamlNode = YamlScalar | YamlList | YamlMap

/** A YAML file: the lines before its content (directive, `---`, comments), and the content. */
export interface YamlText {
  readonly head: readonly string[]
  readonly root: YamlMap
}

/** How the files of one generation are laid out. */
export interface YamlLayout {
  /** Columns by which what lies in a map is moved in; a dash is filled up to as many. */
  readonly indent: 2 | 4
}

const quotes = { QUOTE_SINGLE: "'", QUOTE_DOUBLE: '"' } as const

/** More levels than any file of the family has; deeper ones are made to hurt. */
const deepest = 32

/**
 * Reads a YAML file without deciding what its words are: `1.0` stays `1.0`, `no` stays `no`.
 *
 * @param place where the text comes from (a file name), for messages
 * @throws QError `YAML_TEXT` where it is no YAML, is no map, repeats a key, or uses what these files do not have (anchors, tags, texts of several lines)
 */
export function parseYamlText(text: string, place: string): YamlText {
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: true, prettyErrors: true, logLevel: 'silent' })
  const [error] = document.errors
  if (error !== undefined) throw unreadable(place, error.message.split('\n')[0]!, error.linePos?.[0].line)
  const lines = text.split('\n')
  const head = lines.slice(
    0,
    lines.findIndex((line) => !/^(%|#|---\s*$|\s*$)/.test(line)),
  )
  const line = (node: { readonly range?: readonly [number, number, number] | null | undefined }): number =>
    text.slice(0, node.range?.[0] ?? 0).split('\n').length

  const read = (node: unknown, depth: number): YamlNode => {
    if (node === null || node === undefined) return { kind: 'scalar', text: '', quote: '' }
    const part = node as YamlLibraryNode
    if (depth > deepest) throw unreadable(place, `more than ${deepest} levels`, line(part))
    if (isAlias(part)) throw unreadable(place, `an alias, *${part.source}`, line(part))
    if ('anchor' in part && part.anchor !== undefined) throw unreadable(place, `an anchor, &${part.anchor}`, line(part))
    if (isScalar(part)) return readScalar(part, line)
    if (isSeq(part)) return { kind: 'list', items: part.items.map((item) => read(item, depth + 1)), flow: part.flow === true }
    if (!isMap(part)) throw unreadable(place, 'neither a word, a list nor a map', line(part))
    const entries = part.items.map(({ key, value }) => {
      if (!isScalar(key)) throw unreadable(place, 'a key that is no word', line(part))
      return { key: readScalar(key, line), value: read(value, depth + 1) }
    })
    return { kind: 'map', entries, flow: part.flow === true }
  }

  const readScalar = (
    {
      type,
      value,
      range,
    }: {
      readonly type?: string | undefined
      readonly value: unknown
      readonly range?: readonly [number, number, number] | null | undefined
    },
    at: typeof line,
  ): YamlScalar => {
    if (type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED' || String(value).includes('\n'))
      throw unreadable(place, 'a text of several lines', at({ range }))
    return { kind: 'scalar', text: String(value ?? ''), quote: quotes[type as keyof typeof quotes] ?? '' }
  }

  const root = read(document.contents, 0)
  if (root.kind !== 'map') throw unreadable(place, root.kind === 'list' ? 'a list' : root.text === '' ? 'nothing' : 'a single word', 1)
  return { head, root }
}

const unreadable = (place: string, found: string, line: number | undefined): QError =>
  new QError('YAML_TEXT', 'this file is not the YAML that Acuity reads and writes', {
    at: line === undefined ? [place] : [place, `line ${line}`],
    found,
    wanted: 'keys with values, moved in by spaces, without anchors and aliases',
    hint: 'mend the line, or write the file anew with the command that made it',
  })

/** The text of a file. What {@link parseYamlText} read from a file that Acuity wrote comes out as it was. */
export function printYamlText({ head, root }: YamlText, layout: YamlLayout): string {
  return `${[...head, ...mapLines(root, 0, layout)].join('\n')}\n`
}

function mapLines({ entries }: YamlMap, column: number, layout: YamlLayout): readonly string[] {
  return entries.flatMap(({ key, value }) => {
    const start = `${' '.repeat(column)}${scalarText(key)}:`
    const inline = inlineText(value)
    if (inline !== undefined) return [inline === '' ? start : `${start} ${inline}`]
    // A list stands below its key, a map further in.
    return [start, ...blockLines(value, value.kind === 'list' ? column : column + layout.indent, layout)]
  })
}

function blockLines(node: YamlNode, column: number, layout: YamlLayout): readonly string[] {
  if (node.kind === 'map') return mapLines(node, column, layout)
  if (node.kind === 'scalar') return [`${' '.repeat(column)}${scalarText(node)}`]
  const dash = `${' '.repeat(column)}-`.padEnd(column + layout.indent)
  return node.items.flatMap((item) => {
    const inline = inlineText(item)
    if (inline !== undefined) return [`${dash}${inline}`.trimEnd()]
    const [first = '', ...rest] = blockLines(item, column + layout.indent, layout)
    return [`${dash}${first.slice(column + layout.indent)}`, ...rest]
  })
}

/** What stands behind a key or dash in the same line; nothing where the value takes lines of its own. */
function inlineText(node: YamlNode): string | undefined {
  if (node.kind === 'scalar') return scalarText(node)
  if (node.kind === 'list')
    return node.flow || node.items.length === 0 ? `[${node.items.map((item) => inlineText(item) ?? '').join(', ')}]` : undefined
  const pair = ({ key, value }: YamlEntry): string => `${scalarText(key)}: ${inlineText(value) ?? ''}`
  return node.flow || node.entries.length === 0 ? `{${node.entries.map(pair).join(', ')}}` : undefined
}

/** Words that YAML would not read back as they are, unless they are quoted. */
const needsQuotes = /^[@`%&*!|>{}[\],#?:-]|: |:$| #|^\s|\s$|["']/

function scalarText({ text, quote }: YamlScalar): string {
  if (quote === '"') return JSON.stringify(text)
  if (quote === "'" || (needsQuotes.test(text) && !/^-\d|^-\./.test(text))) return `'${text.replaceAll("'", "''")}'`
  return text
}

/** A scalar to write. */
export const scalar = (text: string): YamlScalar => ({ kind: 'scalar', text, quote: '' })

/** The value under a key. */
export const valueAt = ({ entries }: YamlMap, name: string): YamlNode | undefined => entries.find(({ key }) => key.text === name)?.value
