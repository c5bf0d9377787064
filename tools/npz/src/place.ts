/** Where bytes come from, for messages: a file path, or several parts from the outside in. */
export type Place = string | readonly string[]

/** The place as the list an error carries. */
export function placeParts(place: Place): readonly string[] {
  return typeof place === 'string' ? [place] : place
}
