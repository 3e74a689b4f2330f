// A server that is not ours, with a form on it that is aimed at ours.
import { once } from "node:events";
import { createServer } from "node:http";

export type Stranger = {
  port: number;
  /** What its page holds from now on: a form to `action`, with `fields` in it. */
  aim: (action: string, fields: Record<string, string>) => void;
  close: () => Promise<void>;
};

export async function stranger(): Promise<Stranger> {
  let html = "";
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8").end(html);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return {
    port: address.port,
    aim(action, fields) {
      const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
      html = `<!doctype html><title>Win a prize</title><link rel="icon" href="data:,">
        <form method="post" action="${action}">${inputs.join("")}<button>Win a prize</button></form>`;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
