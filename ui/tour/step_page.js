// Each step begins at its top, also for who hears the page or goes through it by keyboard.
{
  document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  if (document.activeElement?.closest(".st-key-tour_turn")) {
    const heading = document.querySelector(".st-key-tour_heading h2");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }
}
