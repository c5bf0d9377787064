import { digestOfText } from '../evaluator/digest.ts'

const seal = /,"seal":"([0-9a-f]{32})"\}$/

/** A JSON object that ends with the digest of what is before, so that a line which was damaged later is known. @param object the text of one that has a member */
export function sealLine(object: string): string {
  return `${object.slice(0, -1)},"seal":"${digestOfText(object)}"}`
}

/** The object without its digest; `undefined` for a line that was torn or damaged, or that has none. */
export function openSealedLine(line: string): string | undefined {
  const found = seal.exec(line)
  if (found === null) return undefined
  const object = `${line.slice(0, found.index)}}`
  return digestOfText(object) === found[1] ? object : undefined
}
