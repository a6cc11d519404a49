// Measures what a person sees, and writes it into the title, which the dumped document contains.
const seen = (element) => element.getClientRects().length > 0;
const luminance = (colour) => {
  const [r, g, b] = colour.match(/[\d.]+/g).slice(0, 3).map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const isClear = (colour) => colour === "rgba(0, 0, 0, 0)" || colour === "transparent";
const background = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const colour = getComputedStyle(e).backgroundColor;
    if (!isClear(colour)) return colour;
  }
  return "rgb(255, 255, 255)";
};
const contrast = (a, b) => {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
};
const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
const lowContrast = [];
for (const element of document.body.querySelectorAll("*")) {
  if (element.tagName === "SCRIPT" || !seen(element) || !hasText(element)) continue;
  const inPicture = element.namespaceURI.endsWith("svg");
  if (inPicture && element.tagName !== "text") continue;
  const style = getComputedStyle(element);
  const behind = inPicture && element.classList.contains("wrong")
    ? [...element.ownerSVGElement.querySelectorAll("rect.row, rect.box")].map((rect) => getComputedStyle(rect).fill)
    : inPicture
      ? [background(element.ownerSVGElement), ...[...element.ownerSVGElement.querySelectorAll("rect.box")].map((rect) => getComputedStyle(rect).fill)]
      : [background(element)];
  const worst = Math.min(...behind.map((colour) => contrast(inPicture ? style.fill : style.color, colour)));
  if (worst < 4.5) lowContrast.push(`${element.tagName}.${element.getAttribute("class")}: ${worst.toFixed(2)}`);
}
const overlaps = [];
const spills = [];
const blank = [];
for (const picture of [...document.querySelectorAll("svg[role=img]")].filter(seen)) {
  const texts = [...picture.querySelectorAll("text")].map((text) => [text.textContent, text.getBBox()]);
  const meet = (a, b) => a.x < b.x + b.width + 3 && b.x < a.x + a.width + 3 && a.y + 2 < b.y + b.height - 2 && b.y + 2 < a.y + a.height - 2;
  texts.forEach(([name, a], at) => {
    for (const [other, b] of texts.slice(at + 1)) if (meet(a, b)) overlaps.push(`${name} / ${other}`);
    const view = picture.viewBox.baseVal;
    if (a.width < 1) blank.push(name);
    if (a.x < -1 || a.x + a.width > view.width || a.y < 0 || a.y + a.height > view.height) spills.push(`${name}: ${a.x} ${a.y} ${a.width} ${a.height}`);
    for (const rect of picture.querySelectorAll("rect.box")) {
      const box = rect.getBBox();
      const starts = a.x > box.x && a.x < box.x + box.width && a.y >= box.y && a.y + a.height <= box.y + box.height;
      if (starts && a.x + a.width > box.x + box.width - 4) spills.push(name);
    }
  });
}
const wide = [...document.body.querySelectorAll("*")].filter((e) => seen(e) && e.getBoundingClientRect().right > innerWidth + 0.5);
document.title = "MEASURED" + JSON.stringify({
  width: innerWidth,
  contentWidth: document.documentElement.scrollWidth,
  height: document.documentElement.scrollHeight,
  tooWide: wide.slice(0, 5).map((e) => `${e.tagName}.${e.getAttribute("class")}`),
  background: getComputedStyle(document.documentElement).backgroundColor,
  verdict: document.querySelector(".verdict").innerText.trim(),
  headline: document.querySelector("h1").innerText,
  headlineTop: document.querySelector("h1").getBoundingClientRect().top,
  marks: [...document.querySelectorAll("mark")].filter((mark) => seen(mark) && mark.innerText).length,
  pictures: [...document.querySelectorAll("svg[role=img]")].filter(seen).length,
  wrongInPicture: [...document.querySelectorAll("svg[role=img] text.wrong")].filter(seen).map((text) => text.textContent),
  unnamed: [...document.querySelectorAll("svg[role=img]")].filter((svg) =>
    svg.getAttribute("aria-labelledby").split(" ").some((id) => !document.getElementById(id)?.textContent)).length,
  doubledIds: [...document.querySelectorAll("[id]")].filter((e) => document.querySelectorAll(`[id="${e.id}"]`).length > 1).length,
  headings: [...document.querySelectorAll("h1, h2, h3, h4")].map((e) => e.tagName[1]).join(""),
  loaded: performance.getEntriesByType("resource").length,
  overlaps, spills, blank, lowContrast,
});
