// Repaints an area of the size in the address 15 times a second with a plain colour; with `words` in its place there is a line to read.

if (location.search === '?words') document.body.append('A line of words');
const [width, height] = location.search.slice(1).split('x').map(Number);
if (height > 0) {
  const area = document.getElementById('area');
  area.style.width = `${width}px`;
  area.style.height = `${height}px`;
  let step = 0;
  setInterval(() => {
    step = (step + 7) % 256;
    area.style.backgroundColor = `rgb(${step}, 64, 128)`;
  }, 1000 / 15);
}
