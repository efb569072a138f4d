// What the page's HTML, CSS and script ask of a browser, looked up in MDN's compatibility data: every feature that one of the
// oldest browsers lacks. In: texts. Out: names such as "css light-dark()", each once; a fallback in the same rule or @supports counts.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parse as parseScript } from "acorn";
import { ancestor } from "acorn-walk";
import { generate, parse as parseStyle, walk } from "css-tree";

/** The oldest browsers that the page is made for. */
export const OLDEST = { chrome: 90, firefox: 91, safari: 15 };
const data = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("@mdn/browser-compat-data")));
const { api, css, html } = data;
const { builtins, classes, grammar, operators, regular_expressions: regexps, statements } = data.javascript;

/** Whether all of OLDEST have a feature without a flag or another name; undefined: nothing is known of it. */
function everywhere(feature) {
  const support = feature?.__compat?.support;
  if (!support) return undefined;
  return Object.entries(OLDEST).every(([browser, oldest]) => [support[browser] ?? []].flat().some((said) => {
    const since = parseFloat(String(said.version_added).replace("≤", ""));
    return !said.flags && !said.prefix && !said.alternative_name && since <= oldest
      && !(said.version_removed && parseFloat(said.version_removed) <= oldest);
  }));
}

const lacking = (feature) => everywhere(feature) === false;
const VIEWPORT = /^[dls]v(h|w|i|b|min|max)$/;

/** What a value needs of its property that is too new: its words, functions and units. */
function newInValue(property, value) {
  const found = [];
  const own = css.properties[property] ?? {};
  walk(value, (node) => {
    if (node.type === "Identifier" && lacking(own[node.name])) found.push(`css ${property}: ${node.name}`);
    if (node.type === "Function") {
      const known = css.types[node.name] ?? css.types.color[node.name] ?? own[node.name] ?? own[`${node.name}_function`];
      if (lacking(known)) found.push(`css ${node.name}()`);
    }
    if (node.type === "Dimension" && VIEWPORT.test(node.unit) && lacking(css.types.length.viewport_percentage_units_dynamic)) found.push(`css ${node.unit}`);
    if (node.type === "Dimension" && /^cq/.test(node.unit)) found.push(`css ${node.unit}`);
  });
  // A shorthand of several parts, which Safari reads one by one.
  if (property === "text-decoration" && value.children?.size > 1 && lacking(own["includes_color-and-style"])) found.push("css text-decoration: several values");
  return found;
}

/** Features of a stylesheet that are too new and without a fallback; `drop` is told of each declaration or rule an old browser drops. */
export function newInStyle(text, drop = () => {}) {
  const found = new Set();
  const tree = parseStyle(text, { parseCustomProperty: true });
  const supported = []; // texts of the @supports around
  const guarded = (name) => supported.some((condition) => condition.includes(name.replace(/^css /, "").replace(/[:(].*$/, "")) || /selector/.test(condition));
  const rules = [];
  walk(tree, {
    enter(node, item, list) {
      if (node.type === "Raw" && rules.length) found.add(`css nesting, or not understood: ${node.value.slice(0, 40)}`);
      if (node.type === "Atrule") {
        if (node.name === "supports") supported.push(generate(node.prelude));
        const known = css["at-rules"][node.name];
        if (lacking(known) || !known) found.add(`css @${node.name}`);
        if (node.name === "media") {
          walk(node.prelude, (part) => {
            if (part.type === "Feature" && lacking(css["at-rules"].media[part.name.replace(/^(min|max)-/, "")])) found.add(`css @media ${part.name}`);
            if (part.type === "FeatureRange") found.add("css @media with ranges");
          });
        }
      }
      if (node.type === "Rule") {
        if (rules.length) found.add("css nesting");
        rules.push(node);
      }
      if (node.type === "PseudoClassSelector" || node.type === "PseudoElementSelector") {
        const name = `css ${node.type === "PseudoClassSelector" ? ":" : "::"}${node.name}`;
        if (!node.name.startsWith("-") && lacking(css.selectors[node.name])) {
          drop({ rule: rules.at(-1) });
          if (!guarded(name)) found.add(name);
        }
      }
      if (node.type === "Declaration" && !node.property.startsWith("-")) {
        const known = css.properties[node.property];
        if (!known) found.add(`css ${node.property}?`);
        const news = lacking(known) ? [`css ${node.property}`] : newInValue(node.property, node.value);
        const before = [];
        for (let one = item?.prev; one; one = one.prev) before.push(one.data);
        const fallback = before.some((one) => one.property === node.property && !newInValue(node.property, one.value).length);
        const prefixed = before.some((one) => one.property?.endsWith(`-${node.property}`));
        if (news.length) drop({ item, list });
        for (const name of news) if (!guarded(name) && !prefixed && (!fallback || lacking(known))) found.add(name);
      }
      if (node.type === "Declaration" && node.property.startsWith("--")) for (const name of newInValue("color", node.value)) found.add(name);
    },
    leave(node) {
      if (node.type === "Atrule" && node.name === "supports") supported.pop();
      if (node.type === "Rule") rules.pop();
    },
  });
  return { found: [...found].sort(), tree };
}

/** The stylesheet as the oldest browsers read it: without what they drop. */
export function styleOfOld(text) {
  const dropped = [];
  const { tree } = newInStyle(text, (what) => dropped.push(what));
  for (const { item, list } of dropped) if (list) list.remove(item);
  const rules = new Set(dropped.map(({ rule }) => rule).filter(Boolean));
  walk(tree, { visit: "Rule", enter(node, item, list) { if (rules.has(node)) list.remove(item); } });
  return generate(tree);
}

const OBJECTS = { navigator: api.Navigator, document: api.Document, window: api.Window, crypto: api.Crypto, performance: api.Performance };
const interfaces = [...Object.values(api), ...Object.values(builtins), ...Object.values(builtins.Intl ?? {})].filter((one) => one && typeof one === "object");

/** Whether a member of that name is too new wherever it is known. */
function newMember(name) {
  const known = interfaces.flatMap((one) => [one[name], one[`${name}_static`]]).filter((one) => everywhere(one) !== undefined);
  return known.length > 0 && known.every(lacking);
}

/** Too new in a regular expression. */
function newInRegExp(pattern, flags = "") {
  const found = [];
  if (/\(\?<[=!]/.test(pattern) && lacking(regexps.lookbehind_assertion)) found.push("js lookbehind");
  if (/\(\?[ims-]+:/.test(pattern)) found.push("js (?i:)");
  for (const [flag, name] of [["v", "unicodeSets"], ["d", "hasIndices"]]) if (flags.includes(flag) && lacking(builtins.RegExp[name])) found.push(`js /${flag}`);
  return found;
}

const SYNTAX = {
  ChainExpression: ["?.", operators.optional_chaining],
  PropertyDefinition: ["class fields", classes.public_class_fields],
  PrivateIdentifier: ["#private", classes.private_class_fields],
  StaticBlock: ["static {}", classes.static?.initialization_blocks ?? statements.class],
  ImportExpression: ["import()", operators.import],
};
const ASSIGN = { "??=": operators.nullish_coalescing_assignment, "||=": operators.logical_or_assignment, "&&=": operators.logical_and_assignment };

/** Features of a script that are too new. `await` stands within a function, or the script cannot be read. */
export function newInScript(text) {
  const found = new Set();
  const add = (name, feature) => { if (lacking(feature)) found.add(`js ${name}`); };
  const tree = parseScript(`(async () => {${text}\n});`, { ecmaVersion: "latest" });
  const declared = new Set();
  const keys = new Set(); // of our own objects
  const modules = new Set(); // our own objects with methods
  const names = (pattern) => [pattern].flat().forEach((one) => {
    if (!one) return;
    if (one.type === "Identifier") declared.add(one.name);
    names(one.properties?.map((p) => p.value ?? p.argument) ?? one.elements ?? one.left ?? one.argument ?? []);
  });
  ancestor(tree, {
    VariableDeclarator(node) {
      names(node.id);
      if (/Function/.test(node.init?.callee?.type)) modules.add(node.id.name);
    },
    Property(node) { if (!node.computed) keys.add(node.key.name); },
    Function(node) { names([node.id, ...node.params]); },
    CatchClause(node) { names(node.param); },
  });
  ancestor(tree, {
    Identifier(node) {
      if (declared.has(node.name)) return;
      add(node.name, builtins[node.name] ?? api[node.name] ?? api.Window[node.name]);
    },
    MemberExpression(node, _, above) {
      if (node.computed && node.property.type !== "PrivateIdentifier") return;
      const name = node.property.name;
      const object = node.object.type === "Identifier" && !declared.has(node.object.name) ? node.object.name : "";
      const known = OBJECTS[object]?.[name] ?? [builtins, api].flatMap((all) => [all[object]?.[`${name}_static`], all[object]?.[name]]).find(Boolean);
      const called = above.at(-2).callee === node;
      const own = modules.has(node.object.name) || node.object.type === "ThisExpression" || (keys.has(name) && !called);
      if (known) add(`${object}.${name}`, known);
      else if (!own && newMember(name)) found.add(`js .${name}`);
    },
    Literal(node) {
      if (node.regex) for (const name of newInRegExp(node.regex.pattern, node.regex.flags)) found.add(name);
      else if (typeof node.value === "string") for (const name of newInRegExp(node.value)) found.add(name);
      if (typeof node.value === "number" && node.raw.includes("_")) add("1_000", grammar.numeric_separators);
    },
    TemplateElement(node) { for (const name of newInRegExp(node.value.raw)) found.add(name); },
    AssignmentExpression(node) { add(node.operator, ASSIGN[node.operator]); },
    LogicalExpression(node) { if (node.operator === "??") add("??", operators.nullish_coalescing); },
    CatchClause(node) { if (!node.param) add("catch {}", statements.try_catch.optional_catch_binding); },
    ...Object.fromEntries(Object.entries(SYNTAX).map(([type, [name, feature]]) => [type, () => add(name, feature)])),
  });
  return [...found].sort();
}

/** Elements and attributes that are too new. */
export function newInMarkup(text) {
  const found = new Set();
  for (const [, tag, attributes] of text.matchAll(/<([a-z][a-z0-9]*)((?:\s+[^<>]*)?)>/g)) {
    const element = html.elements[tag] ?? {};
    if (lacking(element)) found.add(`html <${tag}>`);
    for (const [, name] of attributes.matchAll(/\s([a-z-]+)(?==|\s|$)/g)) if (lacking(element[name] ?? html.global_attributes[name])) found.add(`html ${name}`);
  }
  return [...found].sort();
}
