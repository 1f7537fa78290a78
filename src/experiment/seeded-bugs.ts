import type { LogProcess } from "../protocol/log/cluster.ts"
import type { LogMessage, LogRecord } from "../protocol/log/messages.ts"
import type { LogOutput } from "../protocol/log/outbox.ts"
import type { LogActor } from "../protocol/log/replica.ts"
import type { ReplicaState } from "../protocol/log/replica-state.ts"
import type { Input } from "../protocol/actor.ts"
import type { BuiltLog } from "./log-scenario.ts"
import type { LogSetup } from "./log-setup.ts"

/**
 * A mistake that implementations of Paxos have made, planted around a correct
 * replica: by changing what it hears, what it says, or what it remembers. The
 * replica itself has no switch for being wrong.
 */
export interface SeededBug {
  readonly id: string
  /** What is wrong, in a sentence. */
  readonly mistake: string
  /** The checks of which at least one must notice. */
  readonly caughtBy: readonly string[]
  /** Conditions under which it can show at all. */
  readonly setup?: (setup: LogSetup) => LogSetup
  /** Before each step: may change the state and the input. */
  readonly before?: (state: ReplicaState, input: LogInput) => LogInput
  /** After each step: may change the state and the outputs. */
  readonly after?: (state: ReplicaState, outputs: LogOutput[], input: LogInput) => readonly LogOutput[]
}

/** What a replica may be told. */
export type LogInput = Input<LogMessage, LogRecord>

/** The same cluster with the bug in every replica. */
export function withBug(built: BuiltLog, bug: SeededBug, setup: LogSetup): BuiltLog {
  const n = setup.plan.nodes.length
  const processes = built.cluster.processes.map((process, address): LogProcess => {
    if (address >= n) return process
    return { ...process, actor: sabotaged(process.actor as LogActor<ReplicaState>, bug) }
  })
  return { ...built, scenario: { ...built.scenario, processes } }
}

function sabotaged(actor: LogActor<ReplicaState>, bug: SeededBug): LogActor<ReplicaState> {
  return {
    start: (self) => actor.start(self),
    step: (state, input) => {
      const heard = bug.before?.(state, input) ?? input
      const step = actor.step(state, heard)
      const outputs = bug.after?.(step.state, [...step.outputs], heard) ?? step.outputs
      return { state: step.state, outputs }
    },
  }
}
