/**
 * How little of what codes could say they say: 1 less the entropy of their distribution over that of codes which are all as frequent. 0 is good, 1 bad: codes that are nearly
 * all one code. The toolkit's own formula is not described anywhere.
 */
export function entropyOfCodes(counts: ReadonlyMap<number, number>, bits: number): number {
  let total = 0
  for (const count of counts.values()) total += count
  if (total === 0) return 1
  let entropy = 0
  for (const count of counts.values()) entropy -= (count / total) * Math.log2(count / total)
  return Math.max(0, Math.min(1, 1 - entropy / bits))
}
