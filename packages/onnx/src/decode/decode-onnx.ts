import { elementCount, type Graph, type InferredType, type Node, QError } from '@q/ir'
import { inferNode } from '@q/ir/graph'
import type proto from 'onnx-proto'
import { bodyOf, bodyOpset } from '../compose/body.ts'
import { compositions } from '../compose/compositions.ts'
import { type ComputeModel, computeNode, needsExact } from '../fold/compute-node.ts'
import type { KnownNode } from '../fold/evaluate.ts'
import { checkHeld, evaluateExactly } from '../fold/exact.ts'
import { type Literal, literalOf } from '../fold/literal.ts'
import { largestFolded, resultCount, statesSize } from '../fold/result-size.ts'
import { checkHonoured, type FormView } from '../normalize/form.ts'
import { forms } from '../normalize/forms.ts'
import { sourceOps } from '../ops/source-ops.ts'
import { wayOf } from '../read-operators.ts'
import { operandAt, signatures, unhonoured, withDefaults } from '../signature/signatures.ts'
import { checkNames } from './check-names.ts'
import { checkNode } from './check-node.ts'
import { checkSize, growthOf } from './check-size.ts'
import { ownOpset } from './check-version.ts'
import { duplicateFinder } from './duplicates.ts'
import { finishedGraph } from './finished-graph.ts'
import { foldNode } from './fold-node.ts'
import { inlinedIf } from './inline-if.ts'
import { type InputShapes, inputTypes } from './input-types.ts'
import { factsOf, type ModelFacts } from './model-facts.ts'
import { neededNodes } from './needed-nodes.ts'
import { checkHint, placed, tellingOfShapes } from './placed.ts'
import { readAttributes } from './read-attributes.ts'
import { opsetsOf, readModel } from './read-model.ts'
import { type ExternalFiles, externalFiles, type ReadExternal, readTensor } from './read-tensor.ts'
import { statedOperand } from './stated-operands.ts'
import { computedOperand, isLookedUp, resultLeftOut, type UnsupportedNode, unsupportedOperators } from './unsupported.ts'

/** How to read an ONNX file. */
export interface DecodeOptions {
  /** Finds the file that holds external weights; needed for models that keep them outside. */
  readonly readExternal?: ReadExternal
  /** Shapes of the inputs, in order or by name. Needed when the model leaves sizes open. */
  readonly inputShapes?: InputShapes
  /** Tensors to end at, instead of the model's outputs. */
  readonly outputNames?: readonly string[]
  /**
   * Computes operators of constants that are not computed here; without it they stay layers.
   * @default those stay as they are
   */
  readonly compute?: ComputeModel
  /** Bytes that what is computed of constants may take beyond them. @default 256 MiB */
  readonly mostGrown?: number
  /** Name of the graph. @default the name in the file */
  readonly name?: string
  /** What errors call the file. @default 'model' */
  readonly place?: string
}

/**
 * An ONNX file as a graph: values carry ONNX names, nodes ONNX operators in one form each ({@link sourceOps}), every shape
 * is known, and what depends on constants and shapes alone has been computed.
 *
 * @throws QError `ONNX_NOT_A_MODEL`, `ONNX_NO_GRAPH`, `ONNX_UNSUPPORTED_OP` (all of them at once), `ONNX_DYNAMIC_SHAPE`,
 * `ONNX_INPUT_SHAPE`, `ONNX_OUTPUT_NAME`, `ONNX_EXTERNAL_DATA`, `ONNX_TENSOR_TYPE`, `ONNX_TENSOR_SIZE`, `ONNX_NOT_CONSTANT`,
 * `ONNX_BAD_NODE`, `SHAPE_*`
 */
export async function decodeOnnx(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Graph> {
  try {
    return await decoded(bytes, options)
  } catch (error) {
    throw tellingOfShapes(error, options.inputShapes)
  }
}

async function decoded(bytes: Uint8Array, options: DecodeOptions): Promise<Graph> {
  const { place = 'model' } = options
  const model = readModel(bytes, place)
  checkNames(model.graph, place)
  const external = externalFiles(options.readExternal)
  const outputs = options.outputNames ?? (model.graph.output ?? []).map(({ name }) => name ?? '')
  if (outputs.length === 0) {
    throw new QError('ONNX_NO_GRAPH', 'the network has no outputs', {
      at: [place],
      found: 'no names of outputs',
      wanted: 'one output at least',
      hint: 'name the tensors to end at (--output_names), or export the model with its outputs',
    })
  }
  const inputs = inputTypes(model.graph, options.inputShapes, place)
  const needed = neededNodes(model.graph, outputs, place)
  const walk = startWalk(inputs, ownOpset(opsetsOf(model), place), factsOf(model, inputs, needed, outputs), external, options)
  for (const initializer of model.graph.initializer ?? []) {
    walk.constants.set(initializer.name ?? '', literalOf(await readTensor(initializer, external, [place])))
  }
  for (const node of needed) await walk.step(node)
  return walk.finish(options.name ?? model.graph.name ?? 'model', outputs, model.graph)
}

/** Operators that hand on their operand under the name it has, in TPU-MLIR 1.30.2 where they are an output of the network too. */
const givesNoName: ReadonlySet<string> = new Set(['Dropout'])

/** Names without the empty ones at the end, which stand for results that nobody wants. */
const namesUntil = (names: readonly string[]): readonly string[] => names.slice(0, names.findLastIndex((name) => name !== '') + 1)

interface Walk {
  readonly constants: Map<string, Literal>
  /** Reads a node. @param opset version of the operator set that it is written in; the file's, when it is left out */
  step(node: proto.onnx.INodeProto, opset?: number): Promise<void>
  finish(name: string, outputs: readonly string[], graph: proto.onnx.IGraphProto): Graph
}

function startWalk(
  inputs: ReadonlyMap<string, InferredType>,
  ownVersion: number,
  facts: ModelFacts,
  external: ExternalFiles,
  { place = 'model', compute, mostGrown }: DecodeOptions,
): Walk {
  const constants = new Map<string, Literal>()
  const types = new Map(inputs)
  const aliases = new Map<string, string>()
  const unnamed = new Set<string>()
  const duplicates = new Map<string, string>()
  const duplicateOf = duplicateFinder((name) => constants.get(name), facts.isResult)
  const nodes: Node[] = []
  const unsupported: UnsupportedNode[] = []
  const lost = new Set<string>()
  const leftOut = new Map<string, string>()
  /** Results that no input leads to, of layers that are larger than constants are stored. */
  const unfed = new Set<string>()
  const grownBy = growthOf(mostGrown)
  const typeOf = (name: string): InferredType => {
    const type = constants.get(name) ?? types.get(name)
    if (type === undefined && leftOut.has(name)) throw resultLeftOut(name, leftOut.get(name)!, place)
    if (type === undefined)
      throw new QError('ONNX_BAD_NODE', 'a tensor is used that nothing makes', {
        at: [place],
        found: name,
        wanted: 'an input, a stored tensor or the result of a node',
        hint: checkHint,
      })
    return type
  }

  const dtypeOf = (name: string) => (constants.get(name) ?? types.get(name))?.dtype
  const isTaken = (name: string): boolean => constants.has(name) || types.has(name) || aliases.has(name)

  return {
    constants,
    async step(source, opset = ownVersion) {
      const op = source.opType ?? ''
      const outputs = namesUntil(source.output ?? [])
      const nodeName = outputs.find((name) => name !== '') ?? source.name ?? ''
      const at = [place, `${op} ${nodeName}`.trim()]
      const domain = source.domain === 'ai.onnx' ? '' : (source.domain ?? '')
      const isKnown = isLookedUp(domain, signatures.get(op))
      const rule = isKnown && Object.hasOwn(forms, op) ? forms[op] : undefined
      const inputNames = (source.input ?? []).map((name) => (name === '' ? undefined : (aliases.get(name) ?? name)))
      while (inputNames.length > 0 && inputNames.at(-1) === undefined) inputNames.pop()
      const lose = (): void => {
        for (const output of outputs) lost.add(output)
      }
      if (inputNames.some((name) => name !== undefined && lost.has(name))) {
        if (!isKnown || wayOf(op) === undefined) unsupported.push({ domain, op, name: nodeName })
        return lose()
      }
      const condition = isKnown && op === 'If' && inputNames[0] !== undefined ? constants.get(inputNames[0]) : undefined
      const branch = condition === undefined ? undefined : inlinedIf(source, condition, isTaken)
      if (branch !== undefined) {
        for (const node of branch) await this.step(node)
        return
      }
      const signature = isKnown ? signatures.get(op) : undefined
      if (signature !== undefined)
        checkNode(source, signature, { inputs: inputNames, outputs, written: source.input ?? [], dtypeOf }, opset, at)
      const given = await readAttributes(source, signature, external, at)
      const literals = inputNames.map((name) => (name === undefined ? undefined : constants.get(name)))
      const attrs = withDefaults(signature, given, opset)
      const declared = outputs.map(facts.declared)
      const shapes = inputNames.map((name) => (name === undefined ? undefined : (constants.get(name) ?? types.get(name))?.shape))
      const stated = statedOperand({ op, shapes, declared, attrs })
      if (stated !== undefined && inputNames[stated.operand] !== undefined) literals[stated.operand] ??= stated.known
      const known: KnownNode = { op, inputs: literals, attrs, opset, results: outputs.length }
      const isFixed = (name: string | undefined): name is string => name !== undefined && (constants.has(name) || unfed.has(name))
      const grow = (results: readonly (InferredType | undefined)[]): void => {
        grownBy([...new Set(inputNames.filter(isFixed))].map(typeOf), results, at)
      }
      const keep = (results: readonly (Literal | undefined)[]): void => {
        grow(results)
        outputs.forEach((output, i) => {
          if (results[i] !== undefined) constants.set(output, results[i])
        })
      }
      const folded = signature && placed(at, () => foldNode(known, inputNames, typeOf, at))
      const isConstant = isKnown && inputNames.length > 0 && inputNames.every((name, i) => name === undefined || literals[i] !== undefined)
      const computed = async () => (compute === undefined || !isConstant ? undefined : computeNode(source, literals, opset, compute))
      if (folded !== undefined) {
        const exact = needsExact(known, folded) ? (evaluateExactly(known) ?? (await computed())) : folded
        if (exact === undefined) checkHeld(known, folded, at)
        return keep(exact ?? folded)
      }
      const foreign = signature === undefined ? [] : unhonoured(signature, given, opset)
      // In the forms, too, that a layer cannot have, but for those that draw random numbers.
      const isForeign = op !== 'Dropout' && foreign.length > 0
      const early = isConstant && (isForeign || statesSize(op)) && resultCount(known) <= largestFolded ? await computed() : undefined
      if (early !== undefined) return keep(early)
      const view: FormView = {
        op,
        opset,
        inputs: inputNames,
        outputs,
        attrs,
        place: (operand) => operandAt(signature!, operand, opset),
        known: (operand) => literals[operand],
        isUsed: facts.isUsed,
        declared,
        type: (operand) => {
          const name = inputNames[operand]
          if (name === undefined)
            throw new QError('ONNX_BAD_NODE', `${op} lacks its operand ${operand}`, {
              at,
              found: `${inputNames.length} operands`,
              wanted: `operand ${operand}`,
              hint: checkHint,
            })
          return typeOf(name)
        },
      }
      if (signature !== undefined && Object.hasOwn(compositions, op)) {
        const body = bodyOf(view, facts.isTaken)
        const isComposed = placed(at, () => {
          checkHonoured(view, foreign)
          return compositions[op]!(view, body)
        })
        if (isComposed) {
          for (const node of body.nodes) await this.step(node, bodyOpset)
          return
        }
      }
      if (rule === undefined) {
        unsupported.push({ domain, op, name: nodeName, ...computedOperand(signature, literals, opset) })
        return lose()
      }
      const form = placed(at, () => {
        checkHonoured(view, foreign)
        return rule(view)
      })
      for (const output of outputs.slice(1)) leftOut.set(output, op)
      if (typeof form === 'string') {
        aliases.set(outputs[0]!, form)
        if (givesNoName.has(op) || (source.input ?? []).some((each) => unnamed.has(each))) unnamed.add(outputs[0]!)
        const known = constants.get(form)
        if (known !== undefined) constants.set(outputs[0]!, known)
        return
      }
      const whole: Node = { op: form.op, inputs: form.inputs, outputs, attrs: form.attrs }
      const results = placed(at, () => {
        const inferred = form.types === undefined || form.types.length < 1 ? inferNode(whole, sourceOps, typeOf) : form.types
        for (const { shape } of inferred) checkSize(shape, at)
        return inferred
      })
      // Results that an operator has in ONNX alone are left out where nothing uses them.
      const node: Node = { ...whole, outputs: outputs.filter((output, i) => results[i] !== undefined || facts.isUsed(output)) }
      const isSmall = results.every(({ shape }) => elementCount(shape) <= largestFolded)
      const late = isSmall ? await computed() : undefined
      if (late !== undefined) return keep(late)
      if (inputNames.length > 0 && inputNames.every((name) => name === undefined || isFixed(name))) {
        grow(results)
        for (const output of outputs) unfed.add(output)
      }
      outputs.forEach((output, i) => {
        const type = results[i]
        if (type !== undefined) types.set(output, type)
      })
      const earlier = duplicateOf(source, inputNames, opset)
      if (earlier === undefined) nodes.push(node)
      else outputs.forEach((output, i) => duplicates.set(output, earlier[i]!))
    },

    finish(name, outputs, graph) {
      if (unsupported.length > 0)
        throw unsupportedOperators(unsupported, { known: Object.keys(forms), isFunction: facts.isFunction }, place)
      return placed([place], () =>
        finishedGraph({ name, outputs, graph, inputs, constants, types, aliases, duplicates, unnamed, nodes, typeOf }),
      )
    },
  }
}
