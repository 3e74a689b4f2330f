// The people of the journeys, and making them.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./program.ts";

/** The password of everybody, and one to change to. */
export const PASSWORD = "seven brass lanterns at dusk";
export const NEW_PASSWORD = "copper kettle under nine bridges";

export type Role = "administrator" | "auditor" | "user";
export type Person = { username: string; email: string; role: Role };

const person = (username: string, role: Role): Person => ({ username, role, email: `${username}@example.org` });

export const ADMIN = person("admin", "administrator");
export const SECOND_ADMIN = person("bruno", "administrator");
export const AUDITOR = person("clara", "auditor");
export const DORA = person("dora", "user");
export const EMIL = person("emil", "user");

export const EVERYBODY = [ADMIN, SECOND_ADMIN, AUDITOR, DORA, EMIL];

/** A folder for data of one server, of nobody else's to read. */
export const freshFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "latchkey-journey-"));

/** Makes people through the command line, in a folder that no server works on. */
export async function make(folder: string, people: Person[]): Promise<void> {
  for (const { username, email, role } of people) {
    await run(folder, ["user", "create", username, "--email", email, "--role", role], `${PASSWORD}\n`);
  }
}
