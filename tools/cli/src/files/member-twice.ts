/**
 * A name that an object of a JSON text has twice: of the two members `JSON.parse` takes the last one without a word.
 *
 * @param text a text that `JSON.parse` takes
 */
export function memberTwice(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  for (const [token, , colon] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (colon !== undefined) {
      const name = JSON.parse(token.slice(0, token.length - colon.length)) as string
      if (open.at(-1)?.has(name) === true) return name
      open.at(-1)?.add(name)
    }
  }
  return undefined
}
