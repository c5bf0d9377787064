const kept = new WeakMap<object, Map<string, unknown>>()

/**
 * What follows from the elements of a constant and nothing else, made once and kept as long as the constant: a search lowers a layer in many ranges,
 * and its weights stay the same. The result must not be changed, nor the constant.
 *
 * @param source the array of the constant's elements
 * @param what tells what is made of them, parameters included
 */
export function onceFor<T>(source: object, what: string, make: () => T): T {
  let made = kept.get(source)
  if (made === undefined) kept.set(source, (made = new Map()))
  if (!made.has(what)) made.set(what, make())
  return made.get(what) as T
}
