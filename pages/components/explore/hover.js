// Shows the photo under the pointer beside it: the chart has 25,000 points, so each is fetched as it is needed. Tells
// Python which were clicked or drawn around, too: Streamlit itself would send 150 bytes for each, and no clicks.
export default function ({ data, parentElement, setTriggerValue }) {
  const names = data.names.split("\n");
  const box = document.createElement("figure");
  const image = document.createElement("img");
  const caption = document.createElement("figcaption");
  box.className = "hover-photo";
  box.hidden = true;
  box.setAttribute("aria-hidden", "true"); // the grid beside the map has the same for the keyboard
  image.alt = "";
  box.append(image, caption);
  parentElement.append(box);
  let heard = null;
  const hide = () => { box.hidden = true; };
  const show = ({ points, event }) => {
    const row = points[0].customdata;
    if (row === undefined || !event) return;
    image.src = `${data.address}&row=${row}`;
    caption.textContent = names[row] || "";
    const left = event.clientX + 20 + 180 > window.innerWidth ? event.clientX - 190 : event.clientX + 20;
    const top = Math.min(Math.max(8, event.clientY - 90), window.innerHeight - 210);
    box.style.left = `${Math.max(4, left)}px`;
    box.style.top = `${top}px`;
    box.hidden = false;
  };
  const tell = (points) => {
    setTriggerValue("marked", points.map((point) => point.customdata).filter((row) => row !== undefined));
  };
  const listen = () => {
    const plot = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`);
    // A plot that is drawn anew has a new `on`, even if its element is the old one.
    if (!plot || !plot.on || plot.on === heard) return;
    heard = plot.on;
    hide();
    plot.on("plotly_hover", show);
    plot.on("plotly_unhover", hide);
    plot.on("plotly_click", ({ points }) => {
      hide();
      tell(points);
    });
    plot.on("plotly_selected", (event) => { if (event) tell(event.points); });
    plot.on("plotly_deselect", () => tell([]));
    plot.on("plotly_selecting", hide);
  };
  const observer = new MutationObserver(listen);
  observer.observe(document.body, { childList: true, subtree: true });
  listen();
  return () => { observer.disconnect(); box.remove(); };
}
