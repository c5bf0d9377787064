import type { Tensor } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { dropUnit } from './merge-numbers.ts'
import { withoutLeadingOnes } from './merge-terms.ts'
import { numberRight } from './numbers-right.ts'

/** What tells constants apart: type, shape (first axes of one element, as broadcasting needs them, do not count) and elements, these as a checksum of their bytes, by fours where that goes. */
function contentOf({ dtype, shape, data }: Tensor): string {
  const inWords = data.byteOffset % 4 === 0 && data.byteLength % 4 === 0
  const parts = inWords
    ? new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  let [a, b] = [0x811c9dc5, 5381]
  for (let i = 0; i < parts.length; i++) {
    a = Math.imul(a ^ parts[i]!, 0x01000193)
    b = (Math.imul(b, 33) + parts[i]!) | 0
  }
  return `${dtype} ${withoutLeadingOnes(shape).join()} ${a >>> 0} ${b >>> 0}`
}

const isEqual = (a: Tensor, b: Tensor): boolean => a.data === b.data || a.data.every((x, i) => x === b.data[i])

/**
 * Equal constants are one, under the name of the one used first. A constant of several users then becomes one for each, `<name>_<n>` with n counting down to 0 in the order of the users:
 * passes may then change the constant of one. Numbers stay as they are.
 *
 * A user behind the first whose constant repeats one number has that number from now on, before any pass looks at it: such a term is no bias of a product, such a factor none of a norm.
 */
export function separateShared(net: GraphDraft): void {
  const uses = new Map<
    string,
    { readonly node: ReturnType<GraphDraft['nodes']>[number]; readonly operand: number; readonly own: string }[]
  >()
  const firsts = new Map<string, string>()
  for (const node of net.nodes()) {
    node.inputs.forEach((each, operand) => {
      const constant = each === undefined ? undefined : net.value(each).constant
      if (constant === undefined || constant.data.length < 2) return
      const content = contentOf(constant)
      const first = firsts.get(content)
      const name = first !== undefined && isEqual(net.value(first).constant!, constant) ? first : each!
      if (first === undefined) firsts.set(content, name)
      const list = uses.get(name)
      if (list === undefined) uses.set(name, [{ node, operand, own: each! }])
      else list.push({ node, operand, own: each! })
    })
  }
  for (const [name, users] of uses) {
    if (users.length < 2 || net.isOutput(name)) continue
    users.forEach(({ node, operand, own }, i) => {
      const copy = net.freshName(`${name}_${users.length - 1 - i}`)
      net.setValue({ ...net.value(own), name: copy })
      const changed = net.change(node, { inputs: net.current(node)!.inputs.map((each, k) => (k === operand ? copy : each)) })
      if (i > 0 && (changed.op === 'Add' || changed.op === 'Mul') && numberRight(net, changed)) dropUnit(net, net.current(changed)!)
    })
  }
}
