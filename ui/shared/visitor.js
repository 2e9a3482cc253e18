// The browser's side of ui/shared/visitor.py: a cookie of ours, read, written or deleted.

const NAME = "mnist_visitor";

function read() {
  try {
    return document.cookie.match(new RegExp(`(?:^|; )${NAME}=([\\w-]{22})(?:;|$)`))?.[1] ?? "";
  } catch {
    return ""; // a frame that may store nothing
  }
}

function write(secret, seconds, path) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  try {
    document.cookie = `${NAME}=${secret}; Path=${path}; Max-Age=${seconds}; SameSite=Lax${secure}`;
  } catch {} // what was not written is not read back
}

// What to tell the server: the cookie is as it should be, refused, or another one.
function settle({ secret, replaces, seconds, path }) {
  if (replaces && read() === replaces) write("", 0, path);
  const found = read(); // by another tab or another server, perhaps at this moment
  if (found && found !== secret) return `found ${found}`;
  if (!secret) return replaces ? "forgotten" : "";
  write(secret, seconds, path);
  return read() === secret ? "kept" : "refused";
}

export default function ({ data, setTriggerValue }) {
  const look = () => {
    const answer = settle(JSON.parse(data[0]));
    if (answer) setTriggerValue("answer", answer);
  };
  look();
  // Who has been in another tab meanwhile may have a cookie by now.
  window.addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
  return () => {
    window.removeEventListener("focus", look);
    document.removeEventListener("visibilitychange", look);
  };
}
