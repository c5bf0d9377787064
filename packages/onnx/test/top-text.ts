/** One operation of a Top file: its results with shapes, operands by name, raw attribute texts. */
export interface TopOperation {
  readonly op: string
  readonly inputs: readonly (string | undefined)[]
  readonly results: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly attrs: ReadonlyMap<string, string>
}

const shapesOf = (text: string): readonly (readonly number[])[] =>
  [...text.matchAll(/tensor<((?:\d+x)*)[^<>]*?(?:<[^>]*>)?[^<>]*>/g)].map(([, dims]) =>
    (dims ?? '')
      .split('x')
      .filter((d) => d !== '')
      .map(Number),
  )

/** The operations of a Top file, in order, without `top.None`. */
export function readTop(text: string): readonly TopOperation[] {
  const locations = new Map<string, readonly string[]>()
  const raw = new Map([...text.matchAll(/^(#loc\d*) = loc\((.*)\)$/gm)].map(([, alias, body]) => [alias!, body!]))
  const resolve = (alias: string): readonly string[] => {
    const known = locations.get(alias)
    if (known !== undefined) return known
    const body = raw.get(alias) ?? ''
    const names = body.startsWith('fused')
      ? [...body.matchAll(/#loc\d+/g)].flatMap(([each]) => resolve(each))
      : [body.replace(/^"|"$/g, '')]
    locations.set(alias, names)
    return names
  }
  const byValue = new Map<string, string | undefined>()
  const operations: TopOperation[] = []
  for (const line of text.split('\n')) {
    const match = /^\s*(%[^=]*?) = "top\.(\w+)"\(([^)]*)\)\s*(?:\{(.*)\} )?: \(.*?\) -> (.*) loc\((#loc\d*)\)$/.exec(line)
    if (match === null) continue
    const [, left, op, operands, attrs, types, alias] = match
    const values = left!.split(',').map((each) => each.trim())
    if (op === 'None') {
      byValue.set(values[0]!, undefined)
      continue
    }
    const names = resolve(alias!)
    values.forEach((value, i) => byValue.set(value, names[i]))
    const shapes = shapesOf(types!)
    operations.push({
      op: op!,
      inputs: operands!
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '')
        .map((each) => byValue.get(each)),
      results: names.map((name, i) => ({ name, shape: shapes[i] ?? [] })),
      attrs: new Map(
        [...(attrs ?? '').matchAll(/(\w+) = (\[[^\]]*\]|"[^"]*"|[^,\]]+?)(?: : \w+)?(?=, \w+ = |$)/g)].map(([, key, value]) => [
          key!,
          value!,
        ]),
      ),
    })
  }
  return operations
}
