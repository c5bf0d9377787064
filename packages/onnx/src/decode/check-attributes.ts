import { didYouMean, QError } from '@q/ir'
import type proto from 'onnx-proto'
import type { OnnxAttrType, Signature } from '../signature/signature.ts'
import { attributeAt } from '../signature/signatures.ts'
import { checkHint } from './placed.ts'

/** The numbers of ONNX's attribute types; a whole number stands for a number as well. */
const typeNumbers: Readonly<Record<OnnxAttrType, readonly number[]>> = {
  float: [1, 2],
  int: [2],
  type: [2],
  string: [3],
  tensor: [4],
  graph: [5],
  floats: [6],
  ints: [7],
  strings: [8],
}

/** What ONNX calls its attribute types, by their numbers. */
const typeWords = ['nothing', 'a number', 'a whole number', 'a word', 'a tensor', 'a graph', 'numbers', 'whole numbers', 'words']

const hint = 'export the model for the version of the operator set that it names, or cut the graph before this node'

/**
 * Refuses a node with an attribute that the operator does not have in this version of the operator set, or that holds something else: reading it
 * over would compute something else than the file says. So it refuses one that lacks an attribute which has to be given.
 *
 * @throws QError `ONNX_UNSUPPORTED`, `ONNX_BAD_NODE`
 */
export function checkAttributes({ attribute }: proto.onnx.INodeProto, signature: Signature, opset: number, at: readonly string[]): void {
  const seen = new Set<string>()
  for (const { name: given, type: number } of attribute ?? []) {
    const name = given ?? ''
    if (seen.has(name)) throw twice(signature, name, at)
    seen.add(name)
    const known = attributeAt(signature, name, opset)
    if (known === undefined) throw unknownAttribute(signature, name, opset, at)
    if (typeNumbers[known.type].includes(number ?? 0)) continue
    const [wanted] = typeNumbers[known.type]
    throw new QError('ONNX_UNSUPPORTED', `the attribute ${name} of ${signature.name} holds something else`, {
      at,
      found: typeWords[number ?? 0] ?? `an attribute of type ${number}`,
      wanted: typeWords[wanted!]!,
      hint,
    })
  }
  const lacking = [...signature.attrs.keys()].find((name) => attributeAt(signature, name, opset)?.isRequired === true && !seen.has(name))
  if (lacking !== undefined)
    throw new QError('ONNX_BAD_NODE', `${signature.name} lacks its attribute ${lacking}`, {
      at,
      found: seen.size === 0 ? 'no attributes' : [...seen].join(', '),
      wanted: lacking,
      hint: checkHint,
    })
}

const twice = ({ name: op }: Signature, name: string, at: readonly string[]): QError =>
  new QError('ONNX_UNSUPPORTED', `${op} has the attribute ${name} twice`, { at, found: `${name} twice`, wanted: `${name} once`, hint })

function unknownAttribute(signature: Signature, name: string, opset: number, at: readonly string[]): QError {
  const names = [...signature.attrs.keys()].filter((each) => attributeAt(signature, each, opset) !== undefined)
  const others = signature.attrs.get(name)?.map(({ since, until }) => (until < opset ? `until version ${until}` : `since version ${since}`))
  return new QError('ONNX_UNSUPPORTED', `${signature.name} has no attribute ${name}`, {
    at,
    found: others === undefined ? name : `${name}, which it has ${others.join(' and ')}`,
    wanted: `${names.length === 0 ? 'no attributes' : names.join(', ')}, in version ${opset} of the operator set`,
    hint: didYouMean(name, names, hint),
  })
}
