// Something that answers on a port of loopback inside the tests, and can go away and come back under its address.
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";

/** A port of loopback that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const listener = await Listener.on(() => undefined);
  await listener.goAway();
  return listener.port;
}

export class Listener {
  readonly #server: Server;

  private constructor(handle: RequestListener) {
    this.#server = createServer(handle);
  }

  /** Listens from now on. */
  static async on(handle: RequestListener): Promise<Listener> {
    const listener = new Listener(handle);
    await listener.#listen(0);
    return listener;
  }

  /** Kept for as long as it lives, also while it is away. */
  port = 0;

  /** Under a name that no server of ours has: to a browser, another site. */
  get url(): string {
    return `http://localhost:${this.port}`;
  }

  async #listen(port: number): Promise<void> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port was given");
    this.port = address.port;
  }

  /** From now on connections are refused, and those that stand are cut. */
  async goAway(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Answers again, where it did before. */
  comeBack(): Promise<void> {
    return this.#listen(this.port);
  }
}
