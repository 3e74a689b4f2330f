// A server that is not ours, with a form on it that is aimed at ours.
import { Listener } from "./listener.ts";

export type Stranger = {
  port: number;
  /** What its page holds from now on: a form to `action`, with `fields` in it. */
  aim: (action: string, fields: Record<string, string>) => void;
  close: () => Promise<void>;
};

export async function stranger(): Promise<Stranger> {
  let html = "";
  const listener = await Listener.on((_, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8").end(html);
  });
  return {
    port: listener.port,
    aim(action, fields) {
      const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
      html = `<!doctype html><title>Win a prize</title><link rel="icon" href="data:,">
        <form method="post" action="${action}">${inputs.join("")}<button>Win a prize</button></form>`;
    },
    close: () => listener.goAway(),
  };
}
