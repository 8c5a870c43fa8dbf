// What is wrong on paper: figures that no sheet of this height holds, and parts that are left out without a word.
((height) => {
  const found = [];
  const isLeftOut = (one) => !one.checkVisibility();
  const said = (one) => getComputedStyle(one, "::after").content;
  for (const figure of document.querySelectorAll("figure")) {
    if (figure.getBoundingClientRect().height > height) found.push(`a figure is cut: ${figure.outerHTML.slice(0, 160)}`);
  }
  for (const table of document.querySelectorAll("details.long")) {
    const rows = [...table.querySelectorAll("tbody tr")];
    const shown = rows.filter((row) => !isLeftOut(row)).length;
    if (shown < rows.length && !said(table.querySelector("summary")).includes(`Printed: the first ${shown}.`)) {
      found.push(`rows are left out: ${table.outerHTML.slice(0, 160)}`);
    }
  }
  for (const section of document.querySelectorAll("section:has(> .set)")) {
    if ([...section.querySelectorAll("article")].some(isLeftOut) && !said(section.querySelector(".found")).includes("Printed: ")) {
      found.push(`examples are left out: ${section.outerHTML.slice(0, 160)}`);
    }
  }
  return found;
})
