import type { Value } from './types.ts'

/** Whether no node and no input gives a value its elements: it has them, or says that it is a constant whose elements are not known here. */
export function isConstant(value: Value): boolean
export function isConstant(value: Value | undefined): value is Value
export function isConstant(value: Value | undefined): boolean {
  return value?.constant !== undefined || value?.isConstant === true
}
