/** Letters of a part of a message: what files state may be of any length. */
const most = 2000

/** A text of which the middle is left out where it is too long to be read. */
export function shortText(text: string): string {
  if (text.length <= most) return text
  const half = most / 2
  return `${text.slice(0, half)} … (${text.length - most} letters) … ${text.slice(-half)}`
}
