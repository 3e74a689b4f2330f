// A running server: started on a folder, stopped as a service manager would, its log read to the end.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { freePort } from "./listener.ts";
import { program, type Settings, surroundings, type Variables } from "./program.ts";

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** A server on the data of one folder. It can be stopped and started again: the address stays. */
export class Server {
  /** What it said on standard output since it was last started. */
  printed: string[] = [];
  /** Its log, line by line, over all its starts. */
  readonly log: string[] = [];
  #child: Child | undefined;
  #ended: Promise<unknown[]> | undefined;
  #listeners: Array<{ part: string; tell: () => void }> = [];

  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly settings: Settings,
    readonly variables: Variables,
    readonly command: string,
  ) {}

  /** A server that is ready to be asked. */
  static async on(
    folder: string,
    options: { settings?: Settings; variables?: Variables; command?: string } = {},
  ): Promise<Server> {
    const { settings = {}, variables = {}, command = "serve" } = options;
    const server = new Server(folder, await freePort(), settings, variables, command);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error("the server does not run");
    return this.#child.pid;
  }

  /** Starts the program and waits until it says that it is ready, and is. */
  async start(): Promise<void> {
    this.printed = [];
    const settings = { ...this.settings, listen: `127.0.0.1:${this.port}` };
    const child = spawn(program(), [this.command], {
      cwd: this.folder,
      env: surroundings(this.folder, settings, this.variables),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    const ended = once(child, "close");
    this.#ended = ended;
    // Should the runner itself be ended, its servers go with it.
    const orphaned = () => child.kill("SIGKILL");
    process.once("exit", orphaned);
    child.once("close", () => process.off("exit", orphaned));

    createInterface(child.stderr).on("line", (line) => {
      this.log.push(line);
      this.#tell(line);
    });
    const ready = new Promise<void>((done) => {
      createInterface(child.stdout).on("line", (line) => {
        this.printed.push(line);
        if (line.startsWith("Latchkey is ready at")) done();
      });
    });
    const early = ended.then(([code]) => {
      throw new Error(`the server ended with ${code} before it was ready: ${this.log.join("\n")}`);
    });
    // Once it is ready, its end is for `stop` to judge.
    early.catch(() => undefined);
    await Promise.race([ready, early]);
    const answer = await fetch(`${this.url}/readyz`);
    if (answer.status !== 200) throw new Error(`/readyz answered ${answer.status}: ${await answer.text()}`);
  }

  /** Tells the server to stop, without waiting for it. */
  tellToStop(): void {
    process.kill(this.pid, "SIGTERM");
  }

  /** Stops the server as a service manager does. It must finish what it began and end well. */
  async stop(): Promise<void> {
    if (!this.#child || !this.#ended) return;
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.tellToStop();
    const [code, signal] = await this.#ended;
    this.#child = undefined;
    if (code !== 0) throw new Error(`the server ended with ${code ?? signal}: ${this.log.slice(-20).join("\n")}`);
  }

  /** Resolves at the next line of the log that has `part` in it. */
  logs(part: string): Promise<void> {
    return new Promise((tell) => this.#listeners.push({ part, tell }));
  }

  #tell(line: string): void {
    for (const listener of this.#listeners.filter(({ part }) => line.includes(part))) {
      this.#listeners.splice(this.#listeners.indexOf(listener), 1);
      listener.tell();
    }
  }

  /** The lines of the log that no journey may cause. */
  complaints(): string[] {
    return this.log.filter((line) => line.includes('"level":"ERROR"') || line.includes("panicked at"));
  }
}
