// The program under test: where it is, what surroundings it is given, and its commands.
import { spawn } from "node:child_process";
import { resolve } from "node:path";

function named(variable: string, what: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: it names ${what}. \`make test\` sets it.`);
  return resolve(value);
}

/** The built `latchkey`. */
export const program = (): string => named("E2E_PROGRAM", "the built program");

/** The built stylesheet, script and wasm. */
export const siteDir = (): string => named("E2E_SITE_DIR", "the folder of the built site");

/** Settings as the journeys write them: `sign_up`, not `LATCHKEY_SIGN_UP`. */
export type Settings = Record<string, string>;

/** Further variables of the process, such as those of a bent clock. */
export type Variables = Record<string, string>;

/**
 * The environment of a program that keeps its data in `folder`.
 *
 * No setting of the caller's gets in: a journey is to go the same way on every machine, and a variable of the
 * build's own would be refused as an unknown setting.
 */
export function surroundings(folder: string, settings: Settings = {}, variables: Variables = {}): Variables {
  const environment: Variables = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !name.startsWith("LATCHKEY_")) environment[name] = value;
  }
  const all: Settings = {
    data_dir: folder,
    site_dir: siteDir(),
    log_format: "json",
    // Hashes are made to be slow; these journeys are not about how slow.
    password_memory: "64",
    password_iterations: "1",
    ...settings,
  };
  for (const [name, value] of Object.entries(all)) environment[`LATCHKEY_${name.toUpperCase()}`] = value;
  return { ...environment, ...variables };
}

/** Runs one command to its end and returns what it printed; fails with what it complained about. */
export function run(folder: string, words: string[], input = "", settings: Settings = {}): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(program(), words, { cwd: folder, env: surroundings(folder, settings) });
    let printed = "";
    let complained = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complained += text));
    child.on("error", fail);
    child.on("close", (code) => {
      if (code === 0) done(printed);
      else fail(new Error(`latchkey ${words.join(" ")} ended with ${code}: ${complained}`));
    });
    child.stdin.end(input);
  });
}
