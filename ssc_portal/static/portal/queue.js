// Ticks all rows of the queue's page at once, and with Shift all between two. Everything works without it.
(() => {
  const all = document.getElementById("choose-page");
  if (!all) return;
  const rows = [...document.querySelectorAll('input[name="chosen"]')];
  let last = -1, shift = false;

  const follow = () => {
    const ticked = rows.filter((one) => one.checked).length;
    all.checked = ticked === rows.length;
    all.indeterminate = ticked > 0 && ticked < rows.length;
  };
  for (const kind of ["keydown", "keyup", "mousedown"]) document.addEventListener(kind, (event) => { shift = event.shiftKey; });
  all.hidden = false;
  all.addEventListener("change", () => { for (const one of rows) one.checked = all.checked; });
  rows.forEach((row, place) => row.addEventListener("change", () => {
    if (shift && last >= 0) {
      for (const one of rows.slice(Math.min(last, place), Math.max(last, place) + 1)) one.checked = row.checked;
    }
    last = place;
    follow();
  }));
  addEventListener("pageshow", follow);
})();
