// Where work is kept: localStorage, else sessionStorage (survives a reload), else memory alone.
// Values are JSON. A browser that refuses or is full never stops the work; `store.kind` says what is left.
// Safari may clear this after seven days without a visit, and a private window anywhere does when it is closed.
const store = (() => {
  // Over a link, what is kept is of the person whose link it is: two may use one computer.
  const whose = link.on ? `link-${shortName(location.pathname)}/` : "";
  const ofBatch = `second-ear/1/${tasks.workspace}/${tasks.batch}/`;
  const prefix = ofBatch + whose;
  const memory = new Map();
  const usable = (name) => {
    try {
      const area = window[name];
      area.setItem("second-ear/probe", "1");
      area.removeItem("second-ear/probe");
      return area;
    } catch {
      return null;
    }
  };
  let area = usable("localStorage");
  let kind = area ? "browser" : "tab";
  area = area || usable("sessionStorage");
  if (!area) kind = "none";

  const read = (key) => {
    if (memory.has(key)) return memory.get(key);
    try {
      const text = area && area.getItem(key);
      return text ? JSON.parse(text) : undefined;
    } catch {
      return undefined;
    }
  };
  const write = (key, value) => {
    try {
      if (!area) throw new Error("no storage");
      area.setItem(key, JSON.stringify(value));
      memory.delete(key);
    } catch {
      kind = "none";
      memory.set(key, value);
    }
  };
  return {
    get kind() { return kind; },
    prefix,
    clip: (id) => read(`${prefix}clip/${id}`),
    saveClip: (id, value) => write(`${prefix}clip/${id}`, value),
    note: (name) => read(prefix + name),
    saveNote: (name, value) => write(prefix + name, value),
    batch: () => read(`${prefix}batch`) || {},
    saveBatch: (value) => write(`${prefix}batch`, value),
    /** What is kept of a clip under other links of the same person, whose link may have been replaced. */
    clipUnderOtherLinks(id, name) {
      const others = Object.keys(area || {}).filter((key) => key.startsWith(`${ofBatch}link-`) && key.endsWith("/batch") && !key.startsWith(prefix));
      const theirs = others.filter((key) => (read(key) || {}).validator === name);
      return theirs.map((key) => read(`${key.slice(0, -"batch".length)}clip/${id}`)).filter(Boolean);
    },
    settings: () => read("second-ear/settings") || {},
    saveSettings: (value) => write("second-ear/settings", value),
    /** { date, seconds } of the latest day of work, over all batches. */
    day: () => read("second-ear/day") || {},
    saveDay: (value) => write("second-ear/day", value),
    eraseBatch() {
      for (const key of [...memory.keys()]) if (key.startsWith(prefix)) memory.delete(key);
      try {
        for (const key of Object.keys(area || {})) if (key.startsWith(prefix)) area.removeItem(key);
      } catch { /* nothing was kept */ }
    },
  };
})();
