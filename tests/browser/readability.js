// What a reader with weak eyes, unsteady hands or a screen reader would stumble over.
// Returns a list of sentences; an empty one is the good answer.
() => {
  const troubles = [];
  const shown = (element) => element.getClientRects().length > 0;
  const luminance = ([r, g, b]) =>
    [r, g, b]
      .map((channel) => channel / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const opaque = (colour) => parts(colour).length < 4 || parts(colour)[3] === 1;
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (opaque(colour)) return parts(colour);
    }
    return [255, 255, 255];
  };
  const contrast = (element) => {
    const [light, dark] = [luminance(parts(getComputedStyle(element).color)), luminance(ground(element))]
      .sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let counted = 0;
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.textContent.trim();
    if (!text || !shown(element)) continue;
    counted += 1;
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (!(size >= 18)) troubles.push(`${size} px is too small: ${text}`);
    if (!(contrast(element) >= 4.5)) troubles.push(`contrast ${contrast(element)}: ${text}`);
  }
  if (counted < 10) troubles.push("nothing was looked at");

  for (const target of document.querySelectorAll("a, button, input")) {
    const { width, height } = target.getBoundingClientRect();
    if (!(width >= 60 && height >= 60)) troubles.push(`${width} x ${height} is hard to hit: ${target.outerHTML}`);
  }
  for (const field of document.querySelectorAll("input"))
    if (!field.labels.length) troubles.push(`a field without a label: ${field.id}`);
  for (const named of document.querySelectorAll("[aria-describedby], [aria-labelledby]"))
    for (const id of (named.getAttribute("aria-describedby") ?? named.getAttribute("aria-labelledby")).split(" "))
      if (!document.getElementById(id)) troubles.push(`nothing is called ${id}`);
  for (const drawing of document.querySelectorAll("svg"))
    if (drawing.getAttribute("aria-hidden") !== "true") troubles.push("a drawing is read aloud");

  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((heading) => Number(heading.tagName[1]));
  if (levels[0] !== 1 || levels.filter((level) => level === 1).length !== 1) troubles.push("there is not one h1 at the top");
  levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) troubles.push("a heading level is skipped"); });
  if (document.querySelectorAll("main").length !== 1) troubles.push("there is not one main part");
  if (!document.documentElement.lang) troubles.push("the language is not told");
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) troubles.push("it scrolls sideways");
  return troubles;
}
