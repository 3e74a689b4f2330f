// Sends the calls of /api/docs and shows what comes back. The page is complete without it.

for (const hidden of document.querySelectorAll("[data-with-script]")) hidden.hidden = false;

const token = document.getElementById("token");

function address(form) {
  const query = new URLSearchParams();
  let path = form.getAttribute("action");
  for (const field of form.querySelectorAll("input[data-in]")) {
    if (field.dataset.in === "path") {
      path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    } else if (field.value !== "") {
      query.set(field.name, field.value);
    }
  }
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

async function send(form) {
  const method = form.dataset.call;
  const headers = {};
  const body = form.querySelector("[data-in=body]")?.value;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token.value !== "") headers.Authorization = `Bearer ${token.value}`;
  const answer = await fetch(address(form), { method, headers, body });
  const text = await answer.text();
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // It is no JSON: shown as it came.
  }
  const lines = [`${answer.status} ${answer.statusText}`];
  for (const name of ["www-authenticate", "retry-after", "x-request-id"]) {
    const value = answer.headers.get(name);
    if (value !== null) lines.push(`${name}: ${value}`);
  }
  return `${lines.join("\n")}\n\n${shown}`;
}

for (const form of document.querySelectorAll("form[data-call]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const output = form.querySelector("output");
    output.textContent = "…";
    try {
      output.textContent = await send(form);
    } catch (error) {
      output.textContent = `No answer: ${error.message}`;
    }
  });
}
