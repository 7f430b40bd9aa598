/**
 * Takes away the first look that the server wrote, once the app shows the same:
 * its newest entry is drawn, or nothing like it comes.
 */
export function uncover(): void {
  const first = document.getElementById('first');
  if (!first) return;
  first.inert = true; // the app is there: one of the two is read aloud and takes keys
  first.ariaHidden = 'true';
  let frames = 0;
  const look = (): void => {
    const newest = [...document.querySelectorAll('#app [data-seq]')].at(-1);
    if (newest?.checkVisibility({ visibilityProperty: true }) || ++frames > 20) first.remove();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
