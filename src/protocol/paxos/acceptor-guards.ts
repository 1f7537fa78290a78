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
      : ({ lastAccepted }, epoch) => ({ role: "acceptor", lastPromised: epoch, lastAccepted }),
    isReserved: promiseAhead > 0 ? (before, after) => before.reserved === after.reserved : () => false,
    accept: extended
      ? (state, epoch, value) => ({
          ...state,
          lastPromised: epoch,
          lastAccepted: { epoch, value },
          ...(promiseAhead > 0 && { reserved: reservedBound(state, epoch, promiseAhead) }),
        })
      : (_state, epoch, value) => ({ role: "acceptor", lastPromised: epoch, lastAccepted: { epoch, value } }),
    store: failStop
      ? (record) => ({ type: "store", record, volatile: true })
      : promiseAhead > 0
        ? (record) => ({ type: "store", record: { ...record, lastPromised: record.reserved! } })
        : (record) => ({ type: "store", record }),
    refusal: refusal(variant),
  }
}

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
