// The database of a server, beside the server: for what no request can bring about.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const SCRIPT = `
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=10) as database:
    database.execute(sys.argv[2])
`;

/** By the language that has SQLite on every machine where these tests run. */
async function execute(folder: string, statement: string): Promise<void> {
  await promisify(execFile)("python3", ["-c", SCRIPT, join(folder, "latchkey.db"), statement]);
}

/** From now on the database refuses to end a session: what is ordered stays ordered, and can be looked at. */
export const holdEnds = (folder: string): Promise<void> =>
  execute(folder, "CREATE TRIGGER held BEFORE UPDATE OF ended_at ON sessions BEGIN SELECT RAISE(ABORT, 'held'); END");

/** It does so no more. */
export const releaseEnds = (folder: string): Promise<void> => execute(folder, "DROP TRIGGER held");
