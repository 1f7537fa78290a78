import type { Address } from "../actor.ts"
import { submit } from "./leading.ts"
import type { LogMessageOf, LogOutputs } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import { mayReadHere, readHere, startQuorumRead } from "./reading.ts"
import { type ReplicaState, noAddress } from "./replica-state.ts"
import { waitForLeader } from "./timers.ts"

/** How many requests wait at most for a leader to be known; clients ask again. */
const maxWaiting = 10_000

/** A request, from a client or from the replica it asked. */
export function onRequest(
  state: ReplicaState,
  from: Address,
  message: LogMessageOf<"request">,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  const { command } = message
  const { client, request } = command
  const read = command.operation === "get"
  const done = state.machine.lastRequest(client)
  // A request that was executed is answered from the client table and never executed again; an
  // older one has been answered, or its client would not have asked for the next.
  if (request <= done) {
    if (request === done) {
      out.send(from, { type: "reply", client, request, result: state.machine.lastResult(client) })
    }
    return
  }
  if (read && options.reads === "quorum") return startQuorumRead(state, from, command, out, options)
  if (read && mayReadHere(state, options)) return readHere(state, from, command, out)
  while (state.pendingRequest.length <= client) {
    state.pendingRequest.push(0)
    state.requester.push(noAddress)
  }
  state.pendingRequest[client] = request
  state.requester[client] = from
  if (state.role === "leader") return submit(state, command, out, options)
  // A request that another replica has forwarded is not forwarded again: leaders that are out of date would pass it round.
  const forwarded = from < options.plan.nodes.length
  if (state.leader !== noAddress && state.leader !== state.self && !forwarded) {
    return out.send(state.leader, message)
  }
  if (state.waiting.length < maxWaiting) state.waiting.push(command)
}

/** The leader's answer, on its way back to the client. */
export function onReply(
  state: ReplicaState,
  message: LogMessageOf<"reply">,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  const { client, request } = message
  if (state.pendingRequest[client] !== request) return
  state.pendingRequest[client] = 0
  out.send(state.requester[client]!, message)
  // An answer is a sign of life.
  if (options.detector === "timeout" && state.role === "follower") waitForLeader(state, out, options)
}
