
"use strict";
// Adds filters, sorting and a count to the list. Without it the page shows every child in order of rank.
(function () {
  var form = document.getElementById("controls");
  var list = document.getElementById("children");
  var said = document.getElementById("shown");
  var rows = Array.prototype.slice.call(list.children);
  function field(name) { return form.elements.namedItem(name); }
  var names = ["hub", "reason", "sort", "new"].filter(field); // "new" is left out where no row is new
  function value(name) { return field(name).type === "checkbox" ? (field(name).checked ? "1" : "") : field(name).value; }
  function order(a, b, key) {
    var gap = a.dataset[key].localeCompare(b.dataset[key], "en", { numeric: true });
    return gap || Number(a.dataset.rank) - Number(b.dataset.rank);
  }
  function show() {
    var hub = value("hub"), word = value("reason").trim().toLowerCase(), key = value("sort") || "rank", fresh = names.indexOf("new") >= 0 && value("new");
    var count = 0;
    rows.forEach(function (row) {
      var seen = (!hub || row.dataset.hub === hub) && (!fresh || row.dataset.new === "1") &&
        (!word || row.querySelector(".reasons").textContent.toLowerCase().indexOf(word) >= 0);
      row.hidden = !seen;
      count += seen ? 1 : 0;
    });
    rows.slice().sort(function (a, b) { return order(a, b, key); }).forEach(function (row) { list.appendChild(row); });
    said.textContent = "Showing " + count + " of " + rows.length + (rows.length === 1 ? " child" : " children");
  }
  function keep() {
    var state = new URLSearchParams();
    names.forEach(function (name) { if (value(name) && value(name) !== "rank") { state.set(name, value(name)); } });
    history.replaceState(null, "", state.toString() ? "#" + state.toString() : location.pathname + location.search);
  }
  function restore() {
    var state = new URLSearchParams(location.hash.slice(1));
    names.forEach(function (name) {
      if (!state.has(name)) { return; }
      if (field(name).type === "checkbox") { field(name).checked = true; } else { field(name).value = state.get(name); }
    });
  }
  form.hidden = false;
  restore();
  show();
  form.addEventListener("input", function () { show(); keep(); });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { setTimeout(function () { show(); keep(); }, 0); });
})();
