import "vega"

/** Part of Vega, but not of its types: how wide a text is taken to be. */
declare module "vega" {
  export const textMetrics: {
    width: (item: { readonly text?: unknown; readonly fontSize?: number }, text?: unknown) => number
  }
}
