(function () {
  "use strict";
  var form = document.getElementById("search");
  var query = document.getElementById("query");
  var found = document.getElementById("found");
  var items = Array.prototype.map.call(
    document.querySelectorAll(".card, .row"),
    function (item) {
      return { item: item, text: item.textContent.toLowerCase() };
    }
  );
  var sections = document.querySelectorAll(".sector");
  var timer;

  function search() {
    var wanted = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    items.forEach(function (entry) {
      var fits = wanted.every(function (word) {
        return entry.text.indexOf(word) >= 0;
      });
      entry.item.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    Array.prototype.forEach.call(sections, function (section) {
      section.hidden = !section.querySelector(".card:not([hidden]), .row:not([hidden])");
    });
    found.textContent = wanted.length
      ? found.getAttribute("data-words").replace("#", shown).replace("@", items.length)
      : "";
  }

  query.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(search, 120);
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    search();
  });
  form.hidden = items.length === 0;
})();
