import type { Epoch } from "../../quorum/plan.ts"
import type { Address, Output, Value } from "../actor.ts"
import type { AcceptorRecord, PaxosMessage, PaxosRecord, RefusalMessage } from "./messages.ts"
import { takesPart } from "./rules.ts"
import type { Variant } from "./variant.ts"

/** What a variant says of acceptors, as functions: built once, so that switches that are off cost nothing later. */
export interface AcceptorGuards {
  mayPromise(state: AcceptorRecord, epoch: Epoch, to: Address): boolean
  mayAccept(state: AcceptorRecord, epoch: Epoch, value: Value): boolean
  /** Whether the last promise was given to this proposer, where that is kept; true where it is not. */
  promisedTo(state: AcceptorRecord, to: Address): boolean
  promise(state: AcceptorRecord, epoch: Epoch, to: Address): AcceptorRecord
  /** Whether a promise is covered by a bound that is already durable. */
  isReserved(before: AcceptorRecord, after: AcceptorRecord): boolean
  accept(state: AcceptorRecord, epoch: Epoch, value: Value): AcceptorRecord
  store(state: AcceptorRecord): Output<PaxosMessage, PaxosRecord>
  /** The negative reply, or null where there is none. */
  refusal(state: AcceptorRecord, type: RefusalMessage["type"], epoch: Epoch): RefusalMessage | null
}

/**
 * The guards of a variant.
 *
 * Classic Paxos is Howard 2019, Algorithm 4: promise and accept in any epoch that is not smaller than
 * the last promised (properties 6 to 9), write, then reply. The other guards are Algorithm 10 (voting),
 * Algorithm 24 (an accepted value of an epoch stays), and the stricter and cheaper forms of §3.8 and
 * §3.12.
 */
export function acceptorGuards(variant: Variant): AcceptorGuards {
  const { promiseAhead, failStop } = variant
  const voting = variant.promise === "voting"
  const extended = voting || promiseAhead > 0 || variant.history || variant.termination !== "off"
  return {
    mayPromise: mayPromise(variant),
    mayAccept: mayAccept(variant),
    promisedTo: voting ? (state, to) => state.promisedTo === to : () => true,
    promise: extended
      ? (state, epoch, to) => ({
          ...state,
          lastPromised: epoch,
          ...(voting && { promisedTo: to }),
          ...(promiseAhead > 0 && { reserved: reservedBound(state, epoch, promiseAhead) }),
        })
      : // Written out where no switch adds a field: spreads are what a step spends its time on.
        ({ lastAccepted }, epoch) => ({ role: "acceptor", lastPromised: epoch, lastAccepted }),
    isReserved: promiseAhead > 0 ? (before, after) => before.reserved === after.reserved : () => false,
    accept: extended
      ? (state, epoch, value) => ({
          ...state,
          // An acceptance promises its epoch too (property 9), or a smaller proposal could still follow
          // it.
          lastPromised: epoch,
          lastAccepted: { epoch, value },
          ...(promiseAhead > 0 && { reserved: reservedBound(state, epoch, promiseAhead) }),
        })
      : (_state, epoch, value) => ({ role: "acceptor", lastPromised: epoch, lastAccepted: { epoch, value } }),
    // With epochs reserved, the bound is what goes to disk as the promise: after a crash the acceptor
    // has promised up to it, which is more than it said and therefore safe.
    store: failStop
      ? (record) => ({ type: "store", record, volatile: true })
      : promiseAhead > 0
        ? (record) => ({ type: "store", record: { ...record, lastPromised: record.reserved! } })
        : (record) => ({ type: "store", record }),
    refusal: refusal(variant),
  }
}

/**
 * Property 6, or its stricter forms. Voting is what makes an epoch its proposer's own: it is promised to
 * one proposer only, which may ask again (Algorithm 10).
 */
function mayPromise({ promise }: Variant): AcceptorGuards["mayPromise"] {
  switch (promise) {
    case "at-least":
      return ({ lastPromised }, epoch) => takesPart(lastPromised, epoch)
    case "greater":
      return ({ lastPromised }, epoch) => lastPromised === null || epoch > lastPromised
    case "voting":
      return ({ lastPromised, promisedTo }, epoch, to) =>
        lastPromised === null || epoch > lastPromised || (epoch === lastPromised && promisedTo === to)
  }
}

/**
 * Property 6 for proposals. With `keepFirst` an acceptor that has accepted in this epoch takes the same
 * value again and no other: what makes a value decided in a shared epoch the only one (property 17,
 * Algorithm 24).
 */
function mayAccept({ accept, keepFirst }: Variant): AcceptorGuards["mayAccept"] {
  const epochFits: AcceptorGuards["mayAccept"] =
    accept === "equal"
      ? ({ lastPromised }, epoch) => epoch === lastPromised
      : ({ lastPromised }, epoch) => takesPart(lastPromised, epoch)
  if (!keepFirst) return epochFits
  return (state, epoch, value) =>
    epochFits(state, epoch, value) &&
    (epoch !== state.lastAccepted?.epoch || value === state.lastAccepted.value)
}

/**
 * Negative replies of §3.1: none, no-promise(e, f) and no-accept(e, f) with f the last promised epoch,
 * or these with the last accepted proposal added. They are never needed for safety; they replace waiting
 * for a timeout.
 */
function refusal({ nacks }: Variant): AcceptorGuards["refusal"] {
  switch (nacks) {
    case "none":
      return () => null
    case "epoch":
      return ({ lastPromised }, type, epoch) => ({ type, epoch, lastPromised: lastPromised ?? epoch })
    case "proposal":
      return ({ lastPromised, lastAccepted }, type, epoch) => ({
        type,
        epoch,
        lastPromised: lastPromised ?? epoch,
        lastAccepted,
      })
  }
}

/** The bound that stays if `epoch` is within it, else a new one `ahead` epochs further. */
function reservedBound({ reserved }: AcceptorRecord, epoch: Epoch, ahead: number): Epoch {
  return reserved !== undefined && epoch <= reserved ? reserved : epoch + ahead
}
