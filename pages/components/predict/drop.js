// Files that are pasted, or dropped beside the field, go into the field for uploads, as if they were chosen there.
export default function () {
  const fill = (event, files) => {
    const input = document.querySelector(".st-key-drop-zone input[type=file]");
    if (event.defaultPrevented || !files?.length || !input || input.disabled) return;
    event.preventDefault();
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const paste = (event) => fill(event, event.clipboardData?.files);
  const drop = (event) => fill(event, event.dataTransfer?.files);
  // Without this, the browser leaves the page and opens a file that was dropped beside the field.
  const allow = (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault();
  const listeners = { paste, drop, dragover: allow };
  for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener);
  };
}
