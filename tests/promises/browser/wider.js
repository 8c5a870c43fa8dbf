// What makes the page wider than its window: the last element that stands out of it and that nothing around it holds; null
// where the page is no wider.
(() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return null;
  const isHeld = (one) => {
    for (let around = one.parentElement; around !== document.body; around = around.parentElement) {
      const { overflowX, contain } = getComputedStyle(around);
      if (overflowX !== "visible" || contain.includes("paint")) return true;
    }
    return false;
  };
  const out = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > root.clientWidth);
  const last = out.filter((one) => !isHeld(one)).pop() ?? document.body;
  return `${root.scrollWidth} pixels, by ${last.outerHTML.slice(0, 300)}`;
})()
