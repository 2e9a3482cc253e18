// What the scripts of all components begin with that compute in the browser: ui/live/scripts.py puts it
// before each.

// A file's address, from where the page is.
const at = address => new URL(address, document.baseURI).href;
// A template of Python's with its fields filled in.
const say = (template, fields) => template.replace(/\{(\w+)\}/g, (_, name) => fields[name]);
const share = p => (p < 0.01 ? "< 1 %" : p > 0.99 ? "> 99 %" : `${Math.round(100 * p)} %`);
// What Python wrote in base64.
const bytes = (text, kind = Uint8Array) => kind.from(atob(text), code => code.charCodeAt(0));

