// Keys for who has no hand at the mouse. Every page works without them.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll("a.row")];
  const link = (kind) => document.querySelector(`a[rel=${kind}]`);
  const go = (kind) => { const to = link(kind); if (to) location.assign(to.href); };
  const step = (by) => {
    const all = rows();
    // In an entry of a list the keys go to its neighbours; an entry has no list in it.
    if (link("up")) return go(by > 0 ? "next" : "prev");
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all[next].focus();
  };
  const home = () => document.querySelector("nav.bar a");
  const keys = {
    "j": () => step(1),
    "k": () => step(-1),
    "n": () => go("next"),
    "p": () => go("prev"),
    "u": () => { const up = link("up") || home(); if (up) location.assign(up.href); },
    "/": () => { const search = document.getElementById("search"); if (search) { search.focus(); search.select(); } },
    "?": () => { const help = document.querySelector("nav.bar a[href$='/help']"); if (help) location.assign(help.href); },
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (typing && event.key === "Escape") return typing.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
})();
