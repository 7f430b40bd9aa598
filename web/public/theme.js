// Runs before the first paint, so that neither theme nor language flashes.
(function () {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem('sigap.theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    root.lang = localStorage.getItem('sigap.lang') || (/^(id|in|ms)\b/.test(navigator.language) ? 'id' : 'en');
  } catch {
    // Storage may be forbidden; the page's own defaults hold.
  }
})();
