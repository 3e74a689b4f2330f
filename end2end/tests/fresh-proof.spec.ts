// Changing the ways in takes a sign-in of the last ten minutes: whoever finds a browser open cannot stay for good.
import type { Page } from "@playwright/test";
import { button, field, goToUser, heading, notice, send, signIn, trySignIn } from "../helpers/actions.ts";
import { type BentClock, bentClock } from "../helpers/clock.ts";
import { ADMIN, DORA, PASSWORD } from "../helpers/people.ts";
import { expect, test as base } from "../helpers/with-obliging-provider.ts";

const test = base.extend<BentClock>(bentClock);

const again = (page: Page) => page.getByRole("link", { name: "Sign in once more to change this" });

test("after ten minutes the password is asked for again before anything is connected", async ({ page, later }) => {
  await signIn(page, DORA);
  await later("9m");
  await page.goto("/account/connections");
  await expect(button(page, "Connect Works")).toBeVisible();

  await later("11m");
  await page.goto("/account/connections");
  await expect(button(page, "Connect Works")).toHaveCount(0);
  await again(page).click();
  await expect(heading(page, "Sign in once more")).toBeVisible();
  await trySignIn(page, DORA.username, PASSWORD);
  await expect(page).toHaveURL("/account/connections");
  await expect(button(page, "Connect Works")).toBeVisible();
});

test("a page that was open for longer connects nothing", async ({ page, later, obliging }) => {
  await signIn(page, DORA);
  await page.goto("/account/connections");
  await later("11m");
  obliging.ahead = 11 * 60;
  await button(page, "Connect Works").click();
  await expect(heading(page, "Sign in once more")).toBeVisible();
  expect(obliging.questions).toEqual([]);
  await trySignIn(page, DORA.username, PASSWORD);
  await expect(page).toHaveURL("/account/connections?notice=proof_renewed");
  await expect(page.getByText("No connections yet")).toBeVisible();
  expect(obliging.questions).toEqual([]);
});

test("a role that is changed late is changed after one more proof, by pressing again", async ({ page, later }) => {
  await signIn(page, ADMIN);
  await goToUser(page, DORA);
  await expect(page.getByText("first asks you to sign in once more")).toHaveCount(0);
  await later("11m");
  await field(page, "New role").selectOption("Auditor");
  await button(page, "Change role").click();
  await expect(heading(page, "Sign in once more")).toBeVisible();
  await trySignIn(page, ADMIN.username, PASSWORD);
  await expect(heading(page, DORA.username)).toBeVisible();
  await expect(notice(page)).toHaveText("You have shown that it is you. Nothing was done yet: press the button again.");
  await expect(field(page, "New role")).toHaveValue("user");
  await field(page, "New role").selectOption("Auditor");
  await send(page, button(page, "Change role"));
  await expect(notice(page)).toHaveText("The role is changed.");
});

test("a page whose forms ask says so beforehand, and leads there and back", async ({ page, later }) => {
  await signIn(page, ADMIN);
  await later("11m");
  await page.goto("/admin/keys");
  await expect(page.getByText("first asks you to sign in once more")).toBeVisible();
  await page.getByRole("link", { name: "Do that now" }).click();
  await trySignIn(page, ADMIN.username, PASSWORD);
  await expect(page).toHaveURL("/admin/keys");
  await expect(page.getByText("first asks you to sign in once more")).toHaveCount(0);
  await send(page, button(page, /^Rotate EdDSA key/));
  await expect(notice(page)).toContainText("The next key is published");
});

test("whoever has no password proves it with the provider, which asks them again", async ({ page, later, obliging }) => {
  await page.goto("/login");
  await page.getByRole("link", { name: "Continue with Works" }).click();
  await expect(page).toHaveURL("/account");
  await later("11m");
  obliging.ahead = 11 * 60;
  await page.goto("/account/security");
  await page.getByRole("link", { name: "Sign in once more" }).click();
  await expect(heading(page, "Sign in once more")).toBeVisible();
  await page.getByRole("link", { name: "Continue with Works" }).click();
  await expect(page).toHaveURL("/account/security");
  const question = obliging.questions.at(-1);
  expect([question?.get("prompt"), question?.get("max_age")], "asks the person, and not only their browser").toContainEqual(
    expect.stringMatching(/login|^0$/),
  );
  await field(page, "New password").fill(PASSWORD);
  await button(page, "Set password").click();
  await expect(notice(page)).toBeVisible();
});

test("whoever proves to be somebody else is signed in as that one, and changes nothing of the other's", async ({ page, later, obliging }) => {
  await page.goto("/login");
  await page.getByRole("link", { name: "Continue with Works" }).click();
  await expect(page.getByRole("heading", { name: "mallory", exact: true })).toBeVisible();
  await later("11m");
  obliging.ahead = 11 * 60;
  obliging.person = { sub: "trudy-1", email: "trudy@mock.example", email_verified: true };
  await page.goto("/login?again=1&next=/account/connections");
  await page.getByRole("link", { name: "Continue with Works" }).click();
  await expect(page.getByRole("table", { name: "Your connections" })).toContainText("trudy@mock.example");
  await expect(page.getByRole("table", { name: "Your connections" })).not.toContainText("mallory");
});
