import type { Node, RewritePass } from '@q/ir'
import { draftOf } from '@q/ir/graph'

/** Operators that pick by whole numbers, and the operand that says which. */
const pickers: Readonly<Record<string, number>> = { Gather: 1, GatherElements: 1, GatherND: 1, ScatterElements: 1, ScatterND: 1 }

const readsNumbers = ({ op, inputs }: Node, name: string): boolean => inputs.some((each, i) => each === name && pickers[op] !== i)

/**
 * Numbers of an integer input are computed with as floats: it is cast once, to `<input>_f32`, and all that reads it reads that, with the range of the
 * input. An input that says nothing but which elements are picked stays as it is.
 */
export const floatInputs: RewritePass = {
  name: 'float-inputs',
  run(graph) {
    const draft = draftOf(graph)
    for (const { name, sourceDtype } of graph.inputs) {
      if (sourceDtype === undefined || !/^[iu](8|16|32|64)$/.test(sourceDtype) || draft.isOutput(name)) continue
      const users = draft.consumers(name)
      if (!users.some((user) => readsNumbers(user, name))) continue
      const cast = draft.freshName(`${name}_f32`)
      draft.setValue({ name: cast, type: draft.value(name).type })
      draft.redirect(name, cast)
      const attrs = { to: 'f32', rounding: 'half-away-from-zero' }
      draft.add({ op: 'Cast', inputs: [name], outputs: [cast], attrs, origin: [name] }, draft.current(users[0]!))
    }
    return draft.finish()
  },
}
