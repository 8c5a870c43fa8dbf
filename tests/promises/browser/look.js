// What a page holds that none of ours may, as [kind, what]: elements and attributes that act, and parts out of their place.
// `base` is where the page's own addresses begin.
((base) => {
  const found = [];
  const tell = (kind, one) => found.push([kind, one.outerHTML.slice(0, 160)]);
  const acts = ["iframe", "frame", "object", "embed", "applet", "portal", "base", "img", "picture", "source", "audio", "video",
    "track", "template", "foreignObject", "animate", "animateTransform", "set", "maction", "dialog", "marquee"];
  const ours = (address) => address.startsWith("#") || new URL(address, location).href.startsWith(base);
  const addresses = ["href", "src", "srcset", "action", "formaction", "data", "poster", "background", "ping", "manifest",
    "xlink:href", "actiontype", "code", "codebase", "srcdoc"];
  for (const one of document.querySelectorAll("*")) {
    const name = one.localName;
    const isOfHead = one.parentElement === document.head;
    if (acts.includes(name)) tell("Element", one);
    if (name === "script" && !(isOfHead && one.src === `${base}viewer.js` && !one.textContent)) tell("Element", one);
    if (["style", "link", "meta", "title"].includes(name) && !isOfHead && one.namespaceURI.endsWith("xhtml")) tell("Element", one);
    if (name === "style" && one.namespaceURI.endsWith("svg")) tell("Element", one);
    if (name === "meta" && /refresh/i.test(one.httpEquiv)) tell("Element", one);
    for (const { name: key, value } of one.attributes) {
      if (/^on/i.test(key)) tell("Element", one);
      if (addresses.includes(key) && !ours(value)) tell("Element", one);
      if (key === "style" && /url|position|expression|@import/i.test(value)) tell("Element", one);
    }
  }
  const parts = [...document.body.childNodes].filter((one) => one.nodeType !== Node.TEXT_NODE || one.data.trim());
  const names = parts.map((one) => one.nodeName).join(" ");
  if (names !== "A HEADER NAV MAIN FOOTER") found.push(["Layout", `the page is of ${names}`]);
  for (const part of ["header", "main", "footer"]) {
    const one = document.querySelector(`body > ${part}`);
    if (!one || !one.checkVisibility() || one.getBoundingClientRect().height < 10) found.push(["Layout", `no ${part}`]);
  }
  return found;
})
