import type { LogActor } from "./replica.ts"

/**
 * The obvious form of an actor that works in place: it steps a copy, and so
 * leaves the state it was given as it was. For explorers and for stepping by
 * hand; and the oracle of the fast form, which must give the same trace.
 *
 * Cost: linear in the state, at every step.
 */
export function pureActor<State extends { copy(): State }>(inPlace: LogActor<State>): LogActor<State> {
  return {
    start: (self) => inPlace.start(self),
    step: (before, input) => {
      const { state, outputs } = inPlace.step(before.copy(), input)
      return { state, outputs: [...outputs] }
    },
  }
}
