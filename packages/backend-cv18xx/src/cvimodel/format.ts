import type { DType } from '@q/ir'

/** Element types by their numbers in containers. */
export const elementTypes: readonly DType[] = ['f32', 'i32', 'u32', 'bf16', 'i16', 'u16', 'i8', 'u8']

/** Kinds of sections by their numbers. */
export const sectionKinds: readonly string[] = ['weight', 'cmdbuf', 'x86_64', 'aarch64', 'dmabuf']

/** The version that is written: the last one there is. */
export const version = { major: 1, minor: 4, patch: 0 } as const

/** Memories by the number that stands in the bits of an offset from here on; every number from that of `io` on is a buffer of its own. */
export const memoryUnit = 2 ** 40
export const memories = { shared: 0, weight: 1, private: 2, io: 3 } as const
/** Buffers for inputs and outputs. What is more lies in private memory. */
export const ioBuffers = 5

/** Weights, and tensors in private memory, start at multiples of this. */
export const alignment = 16

/** The longest file that its numbers of four bytes can describe. */
export const mostBytes = 2 ** 32 - 1
