import type { DType, Graph } from '@q/ir'
import { elementBytes, elementCount, QError } from '@q/ir'
import type { CachedSession, SectionPlan, SectionStructure, SessionCache, SessionLease } from '@q/ir/section'
import { planSection, structureOf } from '@q/ir/section'
import type { OnnxTranslator } from './onnx-translator.ts'
import type { OrtRuntime, OrtSession } from './ort-runtime.ts'

/** A model in ONNX Runtime. */
export interface OrtProgram {
  readonly session: OrtSession
  /** Names of its inputs, in the order in which its nodes take them first. */
  readonly inputs: readonly string[]
  /** Names and element types of its outputs, in order. */
  readonly outputs: readonly { readonly id: string; readonly dtype: DType }[]
}

/** A program, and the values of a model that are its inputs and outputs. */
export interface BoundProgram {
  readonly program: SessionLease<OrtProgram>
  /** The values of the model that was asked for, in the order of the program's inputs. */
  readonly inputs: readonly string[]
}

/** What makes programs. */
export interface ProgramMaker {
  readonly ort: OrtRuntime
  readonly onnx: OnnxTranslator
  readonly sessionOptions: Readonly<Record<string, unknown>>
  /** Up to so many bytes of activations a session keeps their memory. */
  readonly keptBytes: number
  /** @default every program is made anew */
  readonly cache?: SessionCache | undefined
}

/** What a session and a node of it take beside weights and activations, from the resident memory of sessions with one and eight nodes. */
const sessionBytes = 180_000
const nodeBytes = 3_000
/** Weights stand in a session as they are and packed. */
const copies = 2

/** Session options with which memory is asked for at every run, and given back. */
const returnsMemory = { enableCpuMemArena: false, enableMemPattern: false } as const

const runtimes = new WeakMap<OrtRuntime, number>()
let runtimeCount = 0

/** The program of a model: one for all models that differ in nothing but the names of their values. @throws QError `ORT_REFUSED` */
export async function programOf(model: Graph, maker: ProgramMaker): Promise<BoundProgram> {
  const plan = planSection(model)
  if (maker.cache === undefined) {
    const made = await create(
      plan,
      model.inputs.map(({ name }) => name),
      maker,
    )
    return { program: { value: made.value, release: async () => made.close?.() }, inputs: made.value.inputs }
  }
  const structure = structureOf(plan, { parameters: 'baked' })
  const inputs = structure.feeds.map((place) => structure.names[place]!)
  const program = await maker.cache.acquire(keyOf(structure, maker), () => create(plan, inputs, maker))
  return { program, inputs }
}

function keyOf({ hash }: SectionStructure, { ort, sessionOptions, keptBytes }: ProgramMaker): string {
  if (!runtimes.has(ort)) runtimes.set(ort, runtimeCount++)
  return `onnxruntime ${runtimes.get(ort)} ${JSON.stringify(sessionOptions)} ${keptBytes} ${hash}`
}

async function create(
  plan: SectionPlan,
  inputs: readonly string[],
  { ort, onnx, sessionOptions, keptBytes }: ProgramMaker,
): Promise<CachedSession<OrtProgram>> {
  const { graph } = plan
  const model: Graph = { ...graph, inputs: inputs.map((name) => ({ name })) }
  const bytes = onnx.encode(model)
  const activations = activationBytes(plan)
  const options = activations <= keptBytes ? sessionOptions : { ...sessionOptions, ...returnsMemory }
  const session = await ort.InferenceSession.create(bytes, options).catch((error: unknown) => {
    throw new QError('ORT_REFUSED', 'ONNX Runtime does not load the translated model', {
      at: [graph.name],
      found: error instanceof Error ? error.message : String(error),
      hint: 'run with the reference executor, and report the model',
      cause: error,
    })
  })
  return {
    value: { session, inputs, outputs: graph.outputs.map((id) => ({ id, dtype: graph.values.get(id)!.type.dtype })) },
    sizeBytes: sessionBytes + nodeBytes * graph.nodes.length + copies * bytes.length + (activations <= keptBytes ? activations : 0),
    close: () => session.release(),
  }
}

/** The most memory that values take at once. */
function activationBytes({ graph, nodes, lastUses }: SectionPlan): number {
  const sizes = new Map<string, number>()
  let now = 0
  let most = 0
  nodes.forEach(({ outputs }, i) => {
    for (const name of outputs) {
      const { dtype, shape } = graph.values.get(name)!.type
      const size = elementBytes[dtype] * elementCount(shape)
      sizes.set(name, size)
      now += size
    }
    most = Math.max(most, now)
    for (const name of lastUses[i]!) now -= sizes.get(name) ?? 0
  })
  return most
}
