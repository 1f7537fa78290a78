import type { Epoch } from "../../quorum/plan.ts"
import { takesPart } from "../paxos/messages.ts"
import type { Address } from "../actor.ts"
import { learnDecided } from "./learning.ts"
import { becomeFollower } from "./electing.ts"
import { hasGranted } from "./leasing.ts"
import type { LogMessageOf, LogOutputs } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import { type ReplicaState, noAddress } from "./replica-state.ts"
import { isBarred } from "./versions.ts"
import { waitForLeader } from "./timers.ts"

/**
 * Phase 1 at the acceptor, for all slots at once (Howard 2019, Algorithm 6 and §3.6).
 *
 * One promise covers every slot, those to come included: that is what lets a leader run phase 1 once and
 * then decide each slot in one round trip.
 */
export function onPrepare(
  state: ReplicaState,
  from: Address,
  { epoch, from: slot }: LogMessageOf<"prepare">,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  const { lastPromised } = state
  // While a lease is granted, its holder is the only one that may go on.
  if (hasGranted(state) && from !== state.leader) return
  // Its sender has lost its disk since, and may not remember having sent it.
  if (isBarred(state, from, epoch)) return
  if (!takesPart(lastPromised, epoch)) return out.send(from, { type: "no-promise", epoch, lastPromised })
  // A repeated prepare of the same epoch is answered again, without another write.
  if (epoch > lastPromised) {
    state.lastPromised = epoch
    becomeFollower(state, out, options)
    waitForLeader(state, out, options)
    state.leader = noAddress
    out.store({ type: "promise", epoch })
  }
  out.send(from, {
    type: "promise",
    epoch,
    accepted: state.log.since(slot),
    snapshot: slot < state.log.base ? state.snapshot : null,
  })
}

/** Phase 2 at the acceptor. */
export function onPropose(
  state: ReplicaState,
  from: Address,
  message: LogMessageOf<"propose">,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  const { epoch, slot, batch } = message
  const { lastPromised, log } = state
  if (!takesPartInPhase2(state, from, epoch, out, options)) return
  // What is there already of this epoch is this very batch (lemma 9); what is truncated has been decided
  // and executed, and may be accepted in word only.
  if (slot >= log.base && log.epochAt(slot) !== epoch) {
    log.set(slot, epoch, batch)
    out.store(options.interned.acceptRecord(epoch, slot, batch))
  } else if (epoch > lastPromised) {
    // Nothing to accept any more, and still a promise, which must be durable before anything is said.
    out.store({ type: "promise", epoch })
  }
  out.send(from, options.interned.accept(epoch, slot))
  learnDecided(state, epoch, message.decidedUpTo, out, options)
}

/**
 * Phase 2 at the acceptor of all that a new leader found undecided. It is written at
 * once: as many writes as there are slots could take longer than an election, and
 * nothing is said meanwhile; leaders would follow each other without end.
 */
export function onRepropose(
  state: ReplicaState,
  from: Address,
  message: LogMessageOf<"repropose">,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  const { epoch, slot: first, batches } = message
  const { lastPromised, log } = state
  if (!takesPartInPhase2(state, from, epoch, out, options)) return
  const slot = Math.max(first, log.base)
  const fresh = batches.slice(slot - first)
  if (fresh.some((_, i) => log.epochAt(slot + i) !== epoch)) {
    fresh.forEach((batch, i) => log.set(slot + i, epoch, batch))
    out.store({ type: "accepts", epoch, slot, batches: fresh })
  } else if (epoch > lastPromised) {
    out.store({ type: "promise", epoch })
  }
  for (let i = 0; i < batches.length; i++) out.send(from, { type: "accept", epoch, slot: first + i })
  learnDecided(state, epoch, message.decidedUpTo, out, options)
}

/**
 * Whether this acceptor takes part in phase 2 of an epoch, and if not, a word to its
 * leader (properties 6 and 7). If so it has promised the epoch, whether or not it has
 * heard its prepare, and follows its leader; both must be durable before it says so.
 */
function takesPartInPhase2(
  state: ReplicaState,
  leader: Address,
  epoch: Epoch,
  out: LogOutputs,
  options: ReplicaOptions,
): boolean {
  const { lastPromised } = state
  if (isBarred(state, leader, epoch)) return false
  if (!takesPart(lastPromised, epoch)) {
    out.send(leader, { type: "no-accept", epoch, lastPromised })
    return false
  }
  if (epoch > lastPromised) {
    state.lastPromised = epoch
    becomeFollower(state, out, options)
  }
  state.leader = leader
  state.leaderEpoch = epoch
  return true
}
