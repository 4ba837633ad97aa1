"""How large the parts of the Predict page are, by the room that they have and by whether there are images."""

from pages.components.styles import apply_styles

LAYOUT = """
[class*="st-key-photo-"] img { width: auto !important; max-width: 100%; max-height: 22rem; }
.st-key-drop-zone [data-testid="stFileUploaderDropzone"] {
  min-height: HEIGHT; align-items: center; justify-content: center;
  border: 2px dashed color-mix(in srgb, currentColor 45%, transparent);
}
@media (max-width: 640px) {
  [class*="st-key-photo-"] img { max-height: 10rem; }
  .st-key-drop-zone [data-testid="stFileUploaderDropzone"] {
    min-height: min(4.5rem, HEIGHT); padding: 0.25rem 0.75rem;
  }
  .st-key-drop-buttons { margin-top: -0.5rem; }
}
"""
EMPTY, FILLED = "6.5rem", "3.5rem"  # height of the field


def apply_layout(filled: bool) -> None:
    """Lay the page out; its field for uploads shrinks once it is `filled`, that is, once there are images."""
    apply_styles(LAYOUT.replace("HEIGHT", FILLED if filled else EMPTY))
