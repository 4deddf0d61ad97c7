// Optional: tells under the title that newer data has arrived. The page is complete without it.
(function () {
  "use strict";
  const line = document.querySelector(".fraicheur[data-positions]");
  if (!line || !window.EventSource) return;
  const shown = line.dataset.positions;
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  status.className = "nouveau";
  line.after(status);
  let source = null;

  function tell(event) {
    if (event.lastEventId === shown) return;
    const hour = new Intl.DateTimeFormat("fr-FR", { hour: "numeric", minute: "2-digit" }).format(new Date());
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Actualiser";
    status.replaceChildren("Données plus récentes reçues à " + hour.replace(":", "\u00a0h\u00a0") + ". ", link);
    close();
  }

  function open() {
    if (source || document.hidden || status.firstChild) return;
    source = new EventSource("/api/vues/v1/flux");
    source.addEventListener("vues", tell);
  }

  // A browser holds few connections to a site: a hidden tab gives its own back.
  function close() {
    if (source) source.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  setTimeout(open, 3000);
})();
