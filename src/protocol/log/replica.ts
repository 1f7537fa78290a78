import { type Actor, type Address, inPlaceActor } from "../actor.ts"
import { onDecided, onFetch } from "./learning.ts"
import { onPrepare, onPropose, onRepropose } from "./accepting.ts"
import {
  becomeFollower,
  campaign,
  onElectionTimeout,
  onHandOver,
  onHeartbeat,
  onPromise,
  onRefusal,
} from "./electing.ts"
import { onAccept, onBatchTimer, onOverdueTimer } from "./leading.ts"
import { onGrantOver, onHeartbeatAck, onHeartbeatTimer, onLeaseOver } from "./leasing.ts"
import type { LogMessage, LogOutputs, LogReport } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import { onReadAnswer, onReadAsk } from "./reading.ts"
import { onRejoin, onRejoinAnswer, onRejoinBlank, onRejoinTimer, onRejoined, recover } from "./rejoining.ts"
import { ReplicaState } from "./replica-state.ts"
import { onReply, onRequest } from "./serving.ts"
import type { LogRecord } from "./records.ts"
import { grantPrefix, handOver, leasePrefix, timers, waitForLeader } from "./timers.ts"

/** A process of the log as an actor. */
export type LogActor<State> = Actor<State, LogMessage, LogRecord, LogReport>

/**
 * A replica of the log: Multi-Paxos (Howard 2019, §3.6) with any quorum plan, so
 * Flexible Paxos where phases differ. One promise serves all slots; a leader runs
 * phase 1 once and then decides a slot per round trip. Acceptor, learner and
 * proposer share a process.
 *
 * It works in place: each step changes the state it is given. `pureActor` makes a pure actor of it.
 *
 * Steady state: a request to the leader, one round trip from the leader to a phase-2 quorum, one
 * synchronous write at each acceptor asked, the answer. Followers learn what is decided from the index
 * that the next proposal or heartbeat carries, so a decision costs no message of its own.
 */
export function replica(options: ReplicaOptions): LogActor<ReplicaState> {
  return inPlaceActor<ReplicaState, LogMessage, LogRecord, LogReport>({
    start: (self, out) => {
      const state = new ReplicaState(self, options.plan.nodes.length)
      if (self === options.firstLeader) {
        state.role = "candidate"
        out.setTimer(timers.election, 0)
      } else waitForLeader(state, out, options)
      return state
    },
    receive: (state, from, message, out) => onMessage(state, from, message, out, options),
    timeout: (state, timer, out) => onTimeout(state, timer, out, options),
    recover: (state, stored, life, out) => recover(state, stored, life, out, options),
  })
}

/** The frequent ones first. */
function onMessage(
  state: ReplicaState,
  from: Address,
  message: LogMessage,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  // It does not know what it has promised: until it does, silence is the only safe answer.
  if (state.role === "rejoining" && !message.type.startsWith("rejoin")) return
  switch (message.type) {
    case "accept":
      return onAccept(state, from, message, out, options)
    case "propose":
      return onPropose(state, from, message, out, options)
    case "repropose":
      return onRepropose(state, from, message, out, options)
    case "request":
      return onRequest(state, from, message, out, options)
    case "reply":
      return onReply(state, message, out, options)
    case "heartbeat":
      return onHeartbeat(state, from, message, out, options)
    case "heartbeat-ack":
      return onHeartbeatAck(state, from, message)
    case "prepare":
      return onPrepare(state, from, message, out, options)
    case "promise":
      return onPromise(state, from, message, out, options)
    case "no-promise":
    case "no-accept":
      return onRefusal(state, message, out, options)
    case "hand-over":
      return onHandOver(state, message.epoch, out, options)
    case "fetch":
      return onFetch(state, from, message.from, out)
    case "decided":
      return onDecided(state, message, out, options)
    case "read-ask":
      return onReadAsk(state, from, message.read, out)
    case "read-answer":
      return onReadAnswer(state, from, message, out, options)
    case "rejoin":
      return onRejoin(state, from, message, out)
    case "rejoined":
      return onRejoined(state, message.life, out, options)
    case "rejoin-blank":
      return onRejoinBlank(state, from, message, out, options)
    case "rejoin-answer":
      return onRejoinAnswer(state, from, message, out, options)
  }
}

function onTimeout(state: ReplicaState, timer: string, out: LogOutputs, options: ReplicaOptions): void {
  switch (timer) {
    case timers.election:
      return onElectionTimeout(state, out, options)
    case timers.heartbeat:
      return onHeartbeatTimer(state, out, options)
    case timers.overdue:
      return onOverdueTimer(state, out, options)
    case timers.batch:
      return onBatchTimer(state, out, options)
    case timers.rejoin:
      return onRejoinTimer(state, out, options)
    case handOver:
      return onHandOverTimer(state, out, options)
    default:
      if (timer.startsWith(leasePrefix)) onLeaseOver(state, Number(timer.slice(leasePrefix.length)))
      else if (timer.startsWith(grantPrefix)) onGrantOver(state, Number(timer.slice(grantPrefix.length)))
  }
}

/** The leader has led for long enough: the next replica in turn takes over, at once. */
function onHandOverTimer(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  if (state.role !== "leader") return
  const next = (state.self + 1) % options.plan.nodes.length
  if (next === state.self) return campaign(state, out, options)
  const { epoch } = state
  becomeFollower(state, out, options)
  out.send(next, { type: "hand-over", epoch })
}

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
    step: (before, input) => inPlace.step(before.copy(), input),
  }
}
