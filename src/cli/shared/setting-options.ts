import { type Command, Option } from "commander"
import {
  type Setting,
  type ValuesOf,
  flagOf,
  groupsOf,
  joined,
  readSetting,
  switchOf,
} from "../../run/setting.ts"

/** Adds a flag for each setting of a table to a command, in the groups of the table. */
export function addSettings(command: Command, table: object): Command {
  for (const [group, settings] of groupsOf(table)) {
    for (const [key, setting] of settings) command.addOption(optionOf(key, setting).helpGroup(`${group}:`))
  }
  return command
}

function optionOf(key: string, setting: Setting<unknown>): Option {
  const short = setting.short === undefined ? "" : `-${setting.short}, `
  if (setting.placeholder === undefined) {
    const flags = `${short}${switchOf(key, setting as Setting<boolean>)}`
    const about = setting.default === true ? `turn off ${setting.about}` : setting.about
    return new Option(flags, about).default(setting.default)
  }
  const repeatable = setting.separator === undefined ? "" : "; repeatable"
  const option = new Option(
    `${short}${flagOf(key)} <${setting.placeholder}>`,
    `${describe(setting)}${repeatable}`,
  ).default(setting.default, setting.defaultText ?? setting.show(setting.default))
  if (setting.choices !== undefined) option.argChoices = [...setting.choices]
  return option.argParser((text: string, before: unknown) => {
    const value = readSetting(setting, text, flagOf(key))
    // A list grows, but what was given replaces the default.
    if (setting.separator === undefined || before === setting.default) return value
    return joined(before, value)
  })
}

function describe({ about, unit }: Setting<unknown>): string {
  return unit === undefined ? about : `${about}, in ${unit}`
}

/** What the flags of a command say: a value for each setting of the table. */
export function settingsFrom<Table extends object>(
  table: Table,
  flags: Readonly<Record<string, unknown>>,
): ValuesOf<Table> {
  return Object.fromEntries(Object.keys(table).map((key) => [key, flags[key]])) as ValuesOf<Table>
}
