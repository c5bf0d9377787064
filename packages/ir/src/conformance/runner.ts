/** The two functions of a test runner that conformance suites use; those of vitest, jest and `node:test` fit. */
export interface ConformanceRunner {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => Promise<void>): unknown
}

/** Fails the running test. */
export function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message)
}

/** Runs something that must fail and checks the code of its error. */
export async function checkRefused(action: () => Promise<unknown>, code: string, mentioned: readonly string[] = []): Promise<void> {
  let error: unknown
  try {
    await action()
  } catch (thrown) {
    error = thrown
  }
  check(error !== undefined, `nothing was refused, wanted ${code}`)
  const found = error as { readonly code?: unknown; readonly at?: unknown; readonly message?: unknown }
  check(found.code === code, `refused with ${String(found.code)} (${String(found.message)}), wanted ${code}`)
  const place = JSON.stringify(found.at)
  for (const word of mentioned) check(place.includes(word), `the error does not name ${word}: ${place}`)
}
