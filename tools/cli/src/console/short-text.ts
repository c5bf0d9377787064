/** Letters of a part of a message: what files state may be of any length. */
const most = 2000

/** A text of which the middle is left out where it is too long to be read. */
export function shortText(text: string): string {
  if (text.length <= most) return text
  const half = most / 2
  return `${text.slice(0, half)} … (${text.length - most} letters) … ${text.slice(-half)}`
}

/** Letters of one name. */
const mostOfName = 500

/** A text in which the middle of every name is left out that is too long to be read: such come from damaged files, and would stand in every line. */
export const shortNames = (text: string): string =>
  text.length <= mostOfName
    ? text
    : text.replace(longNames, (name) => `${name.slice(0, 100)}… (${name.length - 200} letters) …${name.slice(-100)}`)

const longNames = new RegExp(`[^\\s,;:()\\[\\]{}"']{${mostOfName + 1},}`, 'g')
