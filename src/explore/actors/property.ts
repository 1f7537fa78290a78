import type { World } from "./model.ts"

/**
 * What is asked of all runs.
 *
 * `always`: in every reachable state. `sometimes`: in some reachable state; the
 * guard against a model in which nothing ever happens. `eventually`: every run
 * that goes on as long as it can has a state in which it holds.
 *
 * A property of history can be judged in merged states (`Futures`) and costs almost nothing; one of the
 * world sees everything and costs the reconstruction of the world at every state.
 */
export interface Property<Message, Stored, Remembered> {
  readonly kind: "always" | "sometimes" | "eventually"
  readonly name: string
  /** A condition on what is remembered; judged once for every different memory. */
  readonly ofHistory?: (remembered: Remembered) => boolean
  /** A condition on the whole world. One of the two is given. */
  readonly ofWorld?: (world: World<Message, Stored, Remembered>) => boolean
}
