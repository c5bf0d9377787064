/**
 * The known names nearest to `name`, nearest first, for "did you mean".
 *
 * A few names that go on from it behind an underscore are nearest: layers are called `output0_Concat` after a result `output0`.
 * Else nearness is the Damerau-Levenshtein distance (optimal string alignment) on lower-cased names;
 * names further away than a third of the longer length are left out.
 */
export function suggest(name: string, known: Iterable<string>, limit = 3): readonly string[] {
  const wanted = name.toLowerCase()
  const ranked: { readonly candidate: string; readonly distance: number }[] = []
  const names = [...known]
  const longer = wanted === '' ? [] : names.filter((each) => each.toLowerCase().startsWith(`${wanted}_`))
  const few = longer.length <= limit ? longer : []
  for (const candidate of few) ranked.push({ candidate, distance: 0 })
  for (const candidate of names) {
    if (few.includes(candidate)) continue
    const distance = editDistance(wanted, candidate.toLowerCase())
    if (distance <= Math.ceil(Math.max(name.length, candidate.length) / 3)) ranked.push({ candidate, distance })
  }
  ranked.sort((a, b) => a.distance - b.distance)
  return ranked.slice(0, limit).map(({ candidate }) => candidate)
}

/** `did you mean a or b?`, or the `otherwise` text when nothing is near. */
export function didYouMean(name: string, known: Iterable<string>, otherwise: string): string {
  const near = suggest(name, known)
  return near.length === 0 ? otherwise : `did you mean ${near.join(' or ')}?`
}

/** Some of many names for an error that lists them: near ones first, then others in their order, and `…` for the rest. */
export function nearestFirst(name: string, known: readonly string[], most = 12): readonly string[] {
  const near = suggest(name, known)
  const shown = [...new Set([...near, ...known])].slice(0, most)
  return shown.length < new Set(known).size ? [...shown, '…'] : shown
}

function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, beforeLast[j - 2]! + 1)
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
