
"use strict";
// The page may stand behind a prefix it was never told, such as API Gateway's stage, and with or without a slash at
// its end: the base is its own path without its own name.
const base = location.pathname.replace(/\/(frontend\/?)?$/, "");
const status = document.getElementById("status");
const again = document.getElementById("again");

function show(text, kind) {
  status.textContent = text;
  status.className = kind;
}

let asking = false;

async function ask() {
  // A disabled button would lose the keyboard's focus.
  if (asking) return;
  asking = true;
  show("asking", "");
  try {
    const answer = await fetch(location.origin + base + "/backend/status", {
      cache: "no-store", signal: AbortSignal.timeout(5000),
    });
    if (!answer.ok) throw new Error("it answered " + answer.status);
    const said = await answer.json();
    show(String(said.STATUS), said.STATUS === "UP" ? "good" : "bad");
  } catch (error) {
    show("not reached: " + error.message, "bad");
  } finally {
    asking = false;
  }
}

again.hidden = false;
again.addEventListener("click", ask);
ask();
