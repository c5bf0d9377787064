import type { Net } from '../net/net.ts'

/**
 * A constant of several users becomes one for each, `<name>_<n>` with n counting down to 0 in the order of the users:
 * passes may then change the constant of one. Numbers stay as they are.
 */
export function separateShared(net: Net): void {
  const uses = new Map<string, { readonly node: ReturnType<Net['nodes']>[number]; readonly operand: number }[]>()
  for (const node of net.nodes()) {
    node.inputs.forEach((name, operand) => {
      if (name === undefined || (net.value(name).constant?.data.length ?? 0) < 2) return
      const list = uses.get(name)
      if (list === undefined) uses.set(name, [{ node, operand }])
      else list.push({ node, operand })
    })
  }
  for (const [name, users] of uses) {
    if (users.length < 2 || net.isOutput(name)) continue
    const value = net.value(name)
    users.forEach(({ node, operand }, i) => {
      const copy = net.freshName(`${name}_${users.length - 1 - i}`)
      net.setValue({ ...value, name: copy })
      net.change(node, { inputs: node.inputs.map((each, k) => (k === operand ? copy : each)) })
    })
  }
}
