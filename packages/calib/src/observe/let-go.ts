type Port = InstanceType<typeof MessageChannel>['port1']

let nowhere: Port | undefined

/** Whether an array has its buffer for itself, so that the buffer can be handed over. */
export function isWhole({ buffer, byteLength }: Float32Array): boolean {
  return buffer instanceof ArrayBuffer && byteLength === buffer.byteLength
}

/**
 * Frees the memory of an array that nobody reads any more, where the array has it for itself: what is handed over to a closed port is let go at once. The garbage collector
 * comes after hundreds of megabytes, and until then every tensor is made in memory that no cache holds.
 */
export function letGo(array: Float32Array): void {
  if (!isWhole(array) || typeof MessageChannel === 'undefined') return
  nowhere ??= closedPort()
  nowhere.postMessage(null, [array.buffer as ArrayBuffer])
}

function closedPort(): Port {
  const { port1 } = new MessageChannel()
  port1.close()
  return port1
}
