import { floatOps } from '../ops/op-set.ts'

/** Whether a word is an operator's name, with `#constant` maybe; operators of the back end's own have a prefix (`acme.Lut`). */
export function isForm(form: string): boolean {
  const name = form.replace(/#constant$/, '')
  return floatOps.has(name) || /^\w+\.\w+$/.test(name)
}
