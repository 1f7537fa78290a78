import { randomFromSeed } from "../../src/base/random.ts"
import { everyPropertyFor } from "../../src/check/paxos/selections.ts"
import { Facts, judge } from "../../src/check/property.ts"
import type { Cluster } from "../../src/protocol/paxos/cluster.ts"
import { uniformLatency } from "../../src/world/simulate/latency.ts"
import { duplicating, lossy, reliable, reordering } from "../../src/world/simulate/network.ts"

import { simulate } from "../../src/world/simulate/simulate.ts"
import type { Crash } from "../../src/world/faults/fault.ts"

/** Runs a cluster under loss, duplication, late messages and crashes, and says what was violated. */
export function violationsIn(cluster: Cluster, seed: number): string[] {
  const random = randomFromSeed(seed).fork("faults")
  const properties = everyPropertyFor(cluster)
  const facts = new Facts(cluster, properties)
  const crashes: Crash[] = cluster.processes.flatMap((_, process) => {
    if (random.unit() < 0.6) return []
    const at = random.between(0, 300_000)
    // Where nobody writes to disk, nobody may come back.
    return [{ process, at, ...(!cluster.variant.failStop && { recoverAt: at + random.between(1, 100_000) }) }]
  })
  const values = ["A", "B", "C", "D"]
  simulate(
    {
      seed,
      processes: cluster.processes,
      network: lossy(
        random.unit() * 0.3,
        duplicating(0.2, reordering(0.3, 80_000, reliable(uniformLatency(1, 20)))),
      ),
      proposals: [...cluster.proposers, ...cluster.readers].flatMap((process) =>
        // Again after a crash: a proposer remembers no candidate.
        [0, 200_000].map((from) => ({
          at: from + random.between(0, 60_000),
          process,
          value: values[random.below(values.length)]!,
        })),
      ),
      crashes,
      writeLatency: random.below(2) * 2000,
      horizon: 3_000_000,
    },
    facts.observe,
  )
  return judge(properties, facts).flatMap(({ name, verdict }) =>
    verdict.verdict === "violated" ? [`seed ${seed}: ${name}: ${verdict.because}`] : [],
  )
}
