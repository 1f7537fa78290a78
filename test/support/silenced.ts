import type { Cluster } from "../../src/protocol/paxos/cluster.ts"

/** A cluster whose processes keep what they learn to themselves: a control for eventual learning. */
export function silenced(cluster: Cluster): Cluster {
  return {
    ...cluster,
    processes: cluster.processes.map((process) => ({
      ...process,
      actor: {
        start: (self) => process.actor.start(self),
        step: (state, input) => {
          const step = process.actor.step(state, input)
          return { state: step.state, outputs: step.outputs.filter(({ type }) => type !== "learn") }
        },
      },
    })),
  }
}
