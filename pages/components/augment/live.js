// The strongest version of the photo, drawn in the browser while a slider moves. The server's own takes its place as
// soon as the slider is let go. The arithmetic is that of catdog/augmentation/transforms.py.

const ORIGINAL = ".st-key-augment-original img";
const STRONGEST = ".st-key-augment-strongest img";

/** The place from 0 to length - 1 whose pixel is seen at a whole place beyond the edge; -1 for black. */
function place(at, length, fill) {
  if (at >= 0 && at < length) return at;
  if (fill === "constant") return -1;
  if (fill === "nearest") return at < 0 ? 0 : length - 1;
  const period = fill === "wrap" ? length : 2 * length;
  const rest = ((at % period) + period) % period;
  return rest < length ? rest : period - 1 - rest;
}

/** The 2 × 3 matrix from a pixel of the result to the place in the original that it shows. */
function inverseMatrix({ flip, rotation, zoom, translation }, width, height) {
  const angle = 2 * Math.PI * rotation;
  const shown = 1 - zoom; // less of the photo, so things look larger
  const cosine = shown * Math.cos(angle);
  const sine = shown * Math.sin(angle);
  const right = width - 1;
  const bottom = height - 1;
  const x = right / 2 + translation * width; // where the middle of the original comes to lie
  const y = bottom / 2 + translation * height;
  let across = [cosine, -sine, right / 2 - cosine * x + sine * y];
  let down = [sine, cosine, bottom / 2 - sine * x - cosine * y];
  if (flip === "horizontal" || flip === "horizontal_and_vertical") {
    across = [-across[0], -across[1], right - across[2]];
  }
  if (flip === "vertical" || flip === "horizontal_and_vertical") {
    down = [-down[0], -down[1], bottom - down[2]];
  }
  return [across, down];
}

/** [the first whole place that a row of the matrix leads to, the places seen there and at all further ones]. */
function listPlaces([across, down, start], width, height, length, fill) {
  const corners = [0, across * (width - 1)].flatMap((x) => [x + start, x + down * (height - 1) + start]);
  const first = Math.floor(Math.min(...corners)) - 1; // one more each way, since sums of floats are not exact
  const count = Math.floor(Math.max(...corners)) + 3 - first;
  return [first, Int32Array.from({ length: count }, (_, index) => place(first + index, length, fill))];
}

/** Flip, rotate, zoom and shift in one step, with bilinear interpolation. */
function move(source, settings, target) {
  const { width, height, data: from } = source;
  const to = target.data; // clamps and rounds what is written to it
  const [across, down] = inverseMatrix(settings, width, height);
  const [firstX, columns] = listPlaces(across, width, height, width, settings.fill);
  const [firstY, rows] = listPlaces(down, width, height, height, settings.fill);
  for (let row = 0, out = 0; row < height; row++) {
    for (let column = 0; column < width; column++, out += 4) {
      const x = across[0] * column + across[1] * row + across[2] - firstX; // never below 0
      const y = down[0] * column + down[1] * row + down[2] - firstY;
      const left = x | 0;
      const top = y | 0;
      const x0 = columns[left];
      const x1 = columns[left + 1];
      const y0 = rows[top];
      const y1 = rows[top + 1];
      // what lies beyond a black edge counts nothing, and is read from anywhere
      const right = x1 < 0 ? 0 : x - left;
      const near = x0 < 0 ? 0 : 1 - x + left;
      const low = y1 < 0 ? 0 : y - top;
      const high = y0 < 0 ? 0 : 1 - y + top;
      const a = 4 * (Math.max(y0, 0) * width + Math.max(x0, 0));
      const b = 4 * (Math.max(y0, 0) * width + Math.max(x1, 0));
      const c = 4 * (Math.max(y1, 0) * width + Math.max(x0, 0));
      const d = 4 * (Math.max(y1, 0) * width + Math.max(x1, 0));
      for (let at = 0; at < 3; at++) {
        const upper = near * from[a + at] + right * from[b + at];
        to[out + at] = high * upper + low * (near * from[c + at] + right * from[d + at]);
      }
      to[out + 3] = 255;
    }
  }
}

/** Change contrast, around the mean of each channel, and brightness; there are only 256 levels to work out. */
function relight({ data }, { contrast, brightness }) {
  if (!contrast && !brightness) return;
  const clip = (value) => Math.min(255, Math.max(0, value));
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    for (let at = channel; at < data.length; at += 4) sum += data[at];
    const mean = sum / (data.length / 4);
    const levels = Uint8ClampedArray.from({ length: 256 }, (_, level) =>
      clip((level - mean) * (1 + contrast) + mean) + 255 * brightness);
    for (let at = channel; at < data.length; at += 4) data[at] = levels[data[at]];
  }
}

/** The canvas over the server's image, and what it listens to. */
class LiveVersion {
  constructor(parent) {
    this.parent = parent;
    this.canvas = document.createElement("canvas");
    this.canvas.style.cssText = "width: 100%; border-radius: 0.6rem;";
    this.canvas.setAttribute("aria-hidden", "true"); // the image below it has the words
    this.canvas.style.display = "none";
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.frame = 0;
    this.schedule = () => {
      this.frame ||= requestAnimationFrame(() => {
        this.frame = 0;
        this.update();
      });
    };
    // A slider writes each value into its range input, which is how screen readers get to know it too.
    this.observer = new MutationObserver(this.schedule);
    const attributeFilter = ["value", "aria-valuetext", "src", "alt"];
    this.observer.observe(document.body, { subtree: true, childList: true, attributeFilter });
    document.addEventListener("load", this.schedule, true); // images that arrive
    parent.append(this.canvas);
  }

  stop() {
    this.observer.disconnect();
    document.removeEventListener("load", this.schedule, true);
    cancelAnimationFrame(this.frame);
    this.canvas.remove();
  }

  /** What the sliders say at this moment; what has no slider is as the server knows it. */
  read() {
    const settings = { ...this.server.settings };
    for (const { key, field, parts } of this.server.sliders) {
      const input = document.querySelector(`.st-key-${key} input[type=range]`);
      if (input) settings[field] = input.valueAsNumber / parts;
    }
    return settings;
  }

  update() {
    const settings = this.read();
    const known = this.server.settings;
    if (Object.keys(known).every((field) => known[field] === settings[field])) {
      const image = document.querySelector(STRONGEST);
      if (image && image.complete && image.alt === this.server.alt) this.show(false);
      return;
    }
    if (!this.load()) return;
    const target = this.context.createImageData(this.canvas.width, this.canvas.height);
    move(this.pixels, settings, target);
    relight(target, settings);
    this.context.putImageData(target, 0, 0);
    this.show(true);
  }

  /** Read the pixels of the original, if they are there and not yet read; tell whether they are known. */
  load() {
    const image = document.querySelector(ORIGINAL);
    if (!image || !image.complete || !image.naturalWidth) return false;
    if (image.src !== this.source) {
      this.source = image.src;
      this.canvas.width = image.naturalWidth;
      this.canvas.height = image.naturalHeight;
      this.context.drawImage(image, 0, 0);
      this.pixels = this.context.getImageData(0, 0, this.canvas.width, this.canvas.height);
    }
    return true;
  }

  show(live) {
    this.canvas.style.display = live ? "block" : "none";
    (this.parent.host ?? this.parent).toggleAttribute("data-live", live);
  }
}

const versions = new WeakMap(); // Streamlit calls the function below again each time the data change

export default function ({ data, parentElement }) {
  if (!versions.has(parentElement)) versions.set(parentElement, new LiveVersion(parentElement));
  const version = versions.get(parentElement);
  version.server = data;
  version.schedule();
  return () => {
    version.stop();
    versions.delete(parentElement);
  };
}
