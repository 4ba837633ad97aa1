"""Where the parts of the Augment page stand, by the room that they have.

Wide: the photos and the random versions on the left, the controls on the right. Narrow: the photos, the controls, the
versions, and the photos stay in sight while the controls are scrolled.
"""

LAYOUT = """
.st-key-augment { container-type: inline-size; }
.st-key-augment-original img, .st-key-augment-strongest img { aspect-ratio: 1; width: 100%; }
.st-key-augment-strongest { position: relative; }
.st-key-augment-strongest > .st-key-augment-live { position: absolute; inset: 0; pointer-events: none; }
.st-key-augment:has([data-live]) :is(.st-key-augment-versions, .st-key-augment-stage [data-testid=stMarkdown]) {
  opacity: 0.4; }
.st-key-augment-controls [data-testid=stSlider] { margin-bottom: -0.75rem; }
@container (min-width: 700px) {
  .st-key-augment-layout { display: grid; grid-template: auto 1fr / minmax(0, 1fr) 300px; column-gap: 2rem; }
  .st-key-augment-layout > :has(> .st-key-augment-controls) { grid-area: 1 / 2 / 3 / 3; }
}
@container (max-width: 699px) {
  .st-key-augment-layout > :has(> .st-key-augment-stage) { position: sticky; top: 3.75rem; z-index: 2;
    backdrop-filter: blur(16px); }
}
"""
