import { Slots, noEpoch } from "./slots.ts"
import { type Bars, raised } from "./versions.ts"
import type { Epoch } from "../../quorum/plan.ts"
import type { Batch } from "./command.ts"
import type { Snapshot } from "./state-machine.ts"

/**
 * What a replica's disk holds after one more record: the greatest promise, the
 * proposal accepted last in each slot, and the latest snapshot, which makes the
 * slots before it superfluous. Changes the image it is given.
 */
export function keepRecord(before: LogRecord | undefined, record: LogRecord): LogRecord {
  const image = before?.type === "image" ? (before as Writable<LogImage>) : emptyImage()
  switch (record.type) {
    case "image":
      return copyImage(record)
    case "promise":
      image.lastPromised = Math.max(image.lastPromised, record.epoch)
      return image
    case "accept":
      // To accept is to promise (lemma 7): one record says both.
      image.lastPromised = Math.max(image.lastPromised, record.epoch)
      if (record.slot >= image.accepted.base) image.accepted.set(record.slot, record.epoch, record.batch)
      return image
    case "accepts":
      image.lastPromised = Math.max(image.lastPromised, record.epoch)
      record.batches.forEach((batch, i) => {
        if (record.slot + i >= image.accepted.base) image.accepted.set(record.slot + i, record.epoch, batch)
      })
      return image
    case "bar":
      image.barred = raised(image.barred, record.barred)
      return image
    case "snapshot":
      image.snapshot = record.snapshot
      image.accepted.truncate(record.snapshot.upTo)
      return image
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** A disk on which nothing has been written. */
export function emptyImage(): Writable<LogImage> {
  return {
    type: "image",
    lastPromised: noEpoch,
    accepted: new Slots(),
    snapshot: null,
    version: 0,
    barred: [],
  }
}

/** An image that later records leave as it is. */
export function copyImage(image: LogImage): LogImage {
  return { ...image, accepted: image.accepted.copy() }
}

/** One write to a replica's disk; and, as `image`, all that is on it. */
export type LogRecord =
  | { readonly type: "promise"; readonly epoch: Epoch }
  | { readonly type: "accept"; readonly slot: number; readonly epoch: Epoch; readonly batch: Batch }
  /** Acceptance of consecutive slots, from `slot` on. */
  | {
      readonly type: "accepts"
      readonly slot: number
      readonly epoch: Epoch
      readonly batches: readonly Batch[]
    }
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  /** Epochs of replicas that have lost their disks are void from now on. */
  | { readonly type: "bar"; readonly barred: Bars }
  | LogImage

/** All that is on a replica's disk: what `recover` starts from. */
export interface LogImage {
  readonly type: "image"
  readonly lastPromised: Epoch
  readonly accepted: Slots
  readonly snapshot: Snapshot | null
  /** The life in which the disk was last lost; 0 if it never was. */
  readonly version: number
  readonly barred: Bars
}
