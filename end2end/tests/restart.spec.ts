// Stopping and starting the server: nothing that was begun is lost, nobody has to sign in again.
import { once } from "node:events";
import { connect } from "node:net";
import { heading, signIn } from "../helpers/actions.ts";
import { expect, test } from "../helpers/fixtures.ts";
import { DORA, EMIL, PASSWORD } from "../helpers/people.ts";

test("a restart keeps sessions", async ({ page, server }) => {
  await signIn(page, DORA);
  await server.stop();
  await server.start();
  await page.reload();
  await expect(heading(page, "Account")).toBeVisible();
});

test("a sign-in whose form is still arriving is finished before the server stops", async ({ page, server }) => {
  // A browser cannot send half a form, so this speaks HTTP itself. The server asks for the body once the request has
  // reached it; only then is it told to stop.
  const body = new URLSearchParams({ identifier: EMIL.username, password: PASSWORD }).toString();
  const socket = connect(server.port, "127.0.0.1").setEncoding("utf8");
  await once(socket, "connect");
  socket.write(
    [
      "POST /login HTTP/1.1",
      `Host: 127.0.0.1:${server.port}`,
      "Sec-Fetch-Site: same-origin",
      "Content-Type: application/x-www-form-urlencoded",
      `Content-Length: ${body.length}`,
      "Expect: 100-continue",
      "\r\n",
    ].join("\r\n"),
  );
  const [goOn] = (await once(socket, "data")) as [string];
  expect(goOn).toMatch(/^HTTP\/1\.1 100 /);

  const stopping = server.logs("finishing what is under way");
  server.tellToStop();
  await stopping;

  let answer = "";
  socket.on("data", (text: string) => (answer += text));
  socket.write(body);
  await once(socket, "close");
  expect(answer).toMatch(/^HTTP\/1\.1 303 /);
  expect(answer).toMatch(/^location: \/account\r$/m);
  const value = /^set-cookie: latchkey=([^;]+)/m.exec(answer)?.[1];
  expect(value).toBeDefined();
  await server.stop();

  await server.start();
  await page.context().addCookies([{ name: "latchkey", value: value ?? "", url: server.url }]);
  await page.goto("/account");
  await expect(page.getByRole("heading", { name: EMIL.username, exact: true })).toBeVisible();
});
