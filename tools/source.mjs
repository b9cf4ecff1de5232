/**
 * TypeScript as the checks need it: without comments, and where asked without what stands in strings.
 *
 * A scanner, not a parser: it knows comments, strings, templates and regular expressions, which is enough to never
 * mistake words for code. Line breaks stay, so that a place in the result is a line of the file.
 */

/**
 * @param {string} text
 * @param {{ strings: "keep" | "blank" }} options
 */
export function codeOf(text, { strings }) {
  let out = "";
  /** Open templates, each with the depth of braces inside its `${`. @type {number[]} */
  const templates = [];
  for (let i = 0; i < text.length; ) {
    const two = text.slice(i, i + 2);
    if (two === "//" || two === "/*") {
      const end = two === "//" ? text.indexOf("\n", i) : text.indexOf("*/", i + 2) + 2;
      const stop = end < 2 ? text.length : end;
      out += blank(text.slice(i, stop));
      i = stop;
    } else if (text[i] === "'" || text[i] === '"') {
      const stop = endOfString(text, i);
      out += literal(text.slice(i, stop), strings);
      i = stop;
    } else if (text[i] === "`" || (text[i] === "}" && templates.at(-1) === 0)) {
      if (text[i] === "}") templates.pop();
      const stop = endOfTemplatePart(text, i);
      if (text[stop - 1] !== "`") templates.push(0);
      out += literal(text.slice(i, stop), strings);
      i = stop;
    } else if (text[i] === "/" && startsRegExp(out)) {
      const stop = endOfRegExp(text, i);
      out += literal(text.slice(i, stop), strings);
      i = stop;
    } else {
      const depth = templates.length - 1;
      if (depth >= 0 && text[i] === "{") templates[depth] = (templates[depth] ?? 0) + 1;
      if (depth >= 0 && text[i] === "}") templates[depth] = (templates[depth] ?? 0) - 1;
      out += text[i++];
    }
  }
  return out;
}

/** @param {string} part */
const blank = (part) => part.replace(/[^\n]/g, " ");

/**
 * @param {string} part
 * @param {"keep" | "blank"} strings
 */
function literal(part, strings) {
  return strings === "keep" || part.length < 2 ? part : part[0] + blank(part.slice(1, -1)) + part.at(-1);
}

/**
 * @param {string} text
 * @param {number} start
 */
function endOfString(text, start) {
  let i = start + 1;
  while (i < text.length && text[i] !== text[start] && text[i] !== "\n") i += text[i] === "\\" ? 2 : 1;
  return i + 1;
}

/**
 * From a backtick, or from the brace that closes a `${}`, to the end of that piece of template.
 * @param {string} text
 * @param {number} start
 */
function endOfTemplatePart(text, start) {
  for (let i = start + 1; i < text.length; i += text[i] === "\\" ? 2 : 1) {
    if (text[i] === "`") return i + 1;
    if (text[i] === "$" && text[i + 1] === "{") return i + 2;
  }
  return text.length;
}

/**
 * @param {string} text
 * @param {number} start
 */
function endOfRegExp(text, start) {
  let inClass = false;
  for (let i = start + 1; i < text.length; i += text[i] === "\\" ? 2 : 1) {
    if (text[i] === "[") inClass = true;
    else if (text[i] === "]") inClass = false;
    else if ((text[i] === "/" && !inClass) || text[i] === "\n") return i + 1;
  }
  return text.length;
}

/**
 * Whether a slash after this code begins a regular expression: it does where no value can have ended.
 * @param {string} before
 */
function startsRegExp(before) {
  const code = before.trimEnd();
  return (
    code === "" || /[([{,;:=!&|?+\-*%<>~^]$/.test(code) || /\b(?:return|typeof|case|in|of|yield|await)$/.test(code)
  );
}

/**
 * What a file imports, types included, as written, with the line.
 * @param {string} text
 * @returns {{ specifier: string, line: number }[]}
 */
export function importsOf(text) {
  const code = codeOf(text, { strings: "keep" });
  const pattern = /\b(?:from|import)\s*\(?\s*(["'])([^"'\n]+)\1/g;
  return [...code.matchAll(pattern)].map((match) => ({ specifier: match[2] ?? "", line: lineAt(code, match.index) }));
}

/**
 * @param {string} text
 * @param {number} index
 */
export function lineAt(text, index) {
  return text.slice(0, index).split("\n").length;
}
